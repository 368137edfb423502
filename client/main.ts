import { keepCompiled } from '../temporal/compile-cache.ts';
import { unsetEmpty } from '../temporal/unset-empty.ts';

// Before all else: what is imported above is compiled anew each time.
keepCompiled(process.env);
unsetEmpty(process.env);
const [{ main }, { EXIT_CODES }, { invocationOf }] = await Promise.all([
  import('./cli.ts'),
  import('../model/errors.ts'),
  import('./terminal/invocation.ts'),
]);

// A reader that has seen enough (`| head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
// Never process.exit: a pipe takes 64 KB at once, and what it has not taken yet would be cut.
main(process.argv.slice(2), {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(text),
  program: invocationOf(process.env, process.argv[1] ?? '', process.cwd()),
  env: process.env,
  stdin: process.stdin,
  interactive: process.stdin.isTTY && process.stderr.isTTY,
}).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`offboard: a fault of this program: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = EXIT_CODES.Internal;
  },
);
