import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, vi } from 'vitest';

const STARTERS = ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const;

/** Unit tests take milliseconds, since they start nothing: who starts a process in one is told where it belongs. */
for (const name of STARTERS) {
  const refuse = () => {
    throw new Error(`${name}: a unit test starts no process; name its file *.stage.test.ts`);
  };
  Object.defineProperty(childProcess, name, { value: refuse });
}
syncBuiltinESMExports();

// Files share a process (isolate: false): each has our own modules to itself, and leaves its environment to none.
vi.resetModules();
afterAll(() => vi.unstubAllEnvs());
