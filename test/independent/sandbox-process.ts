import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

import { DEFAULT_ESTATE } from '../sandbox/start-sandbox.ts';

/** A sandbox of a test file's own, with this process set up as a worker of it: environment and trusted authority. */
export interface RunningSandbox {
  origin: string;
  /** What the sandbox itself says of its objects, by key. */
  report(): Promise<{ untouched: { objects: number; changed: { key: string }[] }; ours: { objects: number; left: string[] } }>;
  stop(): Promise<void>;
}

export async function startSandbox(estate = DEFAULT_ESTATE): Promise<RunningSandbox> {
  const state = mkdtempSync(join(tmpdir(), 'offboard-test-sandbox-'));
  const child = spawn(process.execPath, ['sandbox/main.ts', '--state', state, '--estate', estate, '--parent'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('the sandbox ended before it was ready'))),
  ])) as [string];
  const { origin } = JSON.parse(line) as { origin: string };
  const environment = JSON.parse(readFileSync(join(state, 'worker.env.json'), 'utf8')) as Record<string, string>;
  Object.assign(process.env, environment);
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(environment['NODE_EXTRA_CA_CERTS'] as string, 'utf8')]);
  return {
    origin,
    report: async () => (await (await fetch(`${origin}/sandbox/report`)).json()) as Awaited<ReturnType<RunningSandbox['report']>>,
    stop: async () => {
      child.stdin.end();
      await once(child, 'exit');
      rmSync(state, { recursive: true, force: true });
    },
  };
}
