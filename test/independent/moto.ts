import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../scripts/free-port.ts';
import { CACHE, pythonEnvironment } from './python-environment.ts';

const VERSION = '5.2.5';
const ROOT = join(import.meta.dirname, '..', '..');
const UP_WITHIN_MS = 60_000;

export interface Moto {
  /** Base address; every AWS service answers there. */
  url: string;
  stop: () => Promise<void>;
}

/**
 * Starts moto, an independent stand-in for AWS, on a free loopback port; the first time it is installed from the Python index. `managedPolicies`: whether it
 * knows AWS's own policies, which makes it slow.
 */
export async function startMoto(progress: (line: string) => void = () => {}, { managedPolicies = true } = {}): Promise<Moto> {
  const home = await pythonEnvironment('moto', VERSION, progress, '[server,iam,sts]');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const logFile = join(CACHE, `moto-${port}.log`);
  const log = openSync(logFile, 'w');
  const guard = join(ROOT, 'temporal', 'guard.ts');
  const env = { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: `${managedPolicies}` };
  const server = spawn(process.execPath, [guard, join(home, 'bin', 'python'), '-m', 'moto.server', '-H', '127.0.0.1', '-p', `${port}`], {
    env,
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  const stop = async () => {
    if (server.exitCode === null) {
      const ended = new Promise((done) => server.once('exit', done));
      server.stdin?.end();
      await ended;
    }
    rmSync(logFile, { force: true });
  };
  for (const deadline = Date.now() + UP_WITHIN_MS; ; await pause(200)) {
    const answer = await fetch(`${url}/moto-api/data.json`).catch(() => undefined);
    if (answer?.ok) return { url, stop };
    if (server.exitCode === null && Date.now() < deadline) continue;
    const said = readFileSync(logFile, 'utf8').slice(-500);
    await stop();
    throw new Error(`moto did not come up: ${said}`);
  }
}
