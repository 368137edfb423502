import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { OffboardError } from '../../model/errors.ts';

/** `time` of bash tells the CPU of a command and of all that it started and waited for. */
const TIME = 'TIMEFORMAT="%U %S"; time "$@" 2> "$0"';

export interface Timed {
  seconds: number;
  cpu: number;
  said: string;
}

/** Runs a command to its end. Its stderr goes to `log`. */
export async function timed(log: string, env: NodeJS.ProcessEnv, ...command: string[]): Promise<Timed> {
  const began = performance.now();
  const child = spawn('bash', ['-c', TIME, log, ...command], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const [said, times, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  const seconds = (performance.now() - began) / 1000;
  if (code !== 0)
    throw new OffboardError('Internal', `${command.join(' ')} ended with ${code}: ${readFileSync(log, 'utf8').slice(-1_000)}`);
  const cpu = times.trim().split(' ').map(Number);
  return { seconds, cpu: cpu.reduce((sum, n) => sum + n, 0), said };
}
