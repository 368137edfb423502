import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { OffboardError } from '../../model/errors.ts';

const READY_WITHIN_MS = 60_000;
const END_WITHIN_MS = 15_000;

/** A process of ours that says on stdout, in one JSON line, that it is ready. */
export interface Child {
  pid: number;
  ready: Record<string, unknown>;
  /** SIGTERM, then SIGKILL; resolves when it has ended. */
  stop(): Promise<void>;
  /** SIGKILL, as a machine that fails; resolves when it has ended. */
  kill(): Promise<void>;
}

/**
 * Starts a TypeScript entry point as a process of its own, in a process group of its own (Ctrl-C reaches us first). Its stderr goes to
 * `logFile`. Throws OffboardError 'Internal' with the end of the log when it does not get ready.
 */
export async function startProcess(name: string, args: string[], env: NodeJS.ProcessEnv, logFile: string): Promise<Child> {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, args, { env, detached: true, stdio: ['pipe', 'pipe', log] });
  closeSync(log);
  const stop = () => end(child);
  const onExit = () => child.kill('SIGKILL');
  process.once('exit', onExit);
  child.once('exit', () => process.off('exit', onExit));
  const ready = await readyLine(child);
  if (!ready) {
    await stop();
    const said = readFileSync(logFile, 'utf8').trim().split('\n').slice(-3).join('\n');
    throw new OffboardError('Internal', `the ${name} did not get ready; its log ${logFile} ends with:\n${said}`);
  }
  return { pid: child.pid ?? 0, ready, stop, kill: () => end(child, 'SIGKILL') };
}

function readyLine(child: ChildProcess): Promise<Record<string, unknown> | undefined> {
  return new Promise((done) => {
    const timer = setTimeout(() => done(undefined), READY_WITHIN_MS);
    const finish = (value: Record<string, unknown> | undefined) => {
      clearTimeout(timer);
      done(value);
    };
    child.once('exit', () => finish(undefined));
    if (child.stdout)
      createInterface({ input: child.stdout }).on(
        'line',
        (line) => line.startsWith('{"ready":true') && finish(JSON.parse(line) as Record<string, unknown>),
      );
  });
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}
