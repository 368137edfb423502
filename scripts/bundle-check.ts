import { buildBundle } from '../worker/bundle/build.ts';

// Bundles the workflow code as a worker does. A workflow that reaches a Node built-in, by whatever detour, passes the compiler and fails here.
const code = await buildBundle();
process.stdout.write(`workflow bundle: ${Math.round(code.length / 1024)} KiB\n`);
