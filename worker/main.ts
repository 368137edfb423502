import { keepCompiled } from '../temporal/compile-cache.ts';
import { unsetEmpty } from '../temporal/unset-empty.ts';
import { keepHeapSmall } from './memory.ts';

/** The worker process. */
keepHeapSmall();
keepCompiled(process.env);
unsetEmpty(process.env);
const [{ run }, { EXIT_CODES, OffboardError }] = await Promise.all([import('./run.ts'), import('../model/errors.ts')]);

run().catch((error: unknown) => {
  const known = error instanceof OffboardError;
  process.stderr.write(`${known ? error.message : ((error as Error).stack ?? String(error))}\n`);
  // What forwards the log of the SDK's core would keep the process.
  process.exit(known ? EXIT_CODES[error.code] : EXIT_CODES.Internal);
});
