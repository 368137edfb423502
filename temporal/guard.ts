import { spawn } from 'node:child_process';

const PATIENCE_MS = 5_000;

/**
 * `node guard.ts COMMAND [ARGUMENT…]`: runs a command for as long as this process's standard input stays open. The system closes that pipe when
 * whoever started us ends, even by SIGKILL, so the command never outlives its starter.
 */
const [command, ...args] = process.argv.slice(2);
if (command === undefined) throw new Error('usage: guard.ts COMMAND [ARGUMENT…]');
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });

const stop = () => {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS).unref();
};
process.stdin.resume().once('close', stop);
process.once('SIGTERM', stop).once('SIGINT', stop);
child.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
child.once('exit', (code) => process.exit(code ?? 0));
