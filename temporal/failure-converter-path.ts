import { fileURLToPath } from 'node:url';

/** Where the SDK finds how failures are written: it loads the file itself, for the isolate of workflows, too. */
export const FAILURE_CONVERTER_PATH = fileURLToPath(new URL('failure-converter.ts', import.meta.url));
