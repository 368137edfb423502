import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';
import { userCache } from './temporal/user-cache.ts';
import { LongestFirst } from './test/setup/longest-first.ts';

const STAGE = 'test/**/*.stage.test.ts';
const LONG = 'test/**/*.long.test.ts';
const INDEPENDENT = 'test/independent/**';
/** Each opened store of records is a thread that loads our modules: with what Node compiled of them kept, in a third of the time. */
const COMPILED = { NODE_COMPILE_CACHE: join(userCache(process.env), 'compiled') };

const ON_THE_SERVER = {
  globalSetup: ['test/setup/temporal.ts'],
  setupFiles: ['test/setup/stage.ts'],
  env: COMPILED,
  // Objects of a test live for milliseconds: with more room for them they are collected less often.
  execArgv: ['--max-semi-space-size=64'],
  isolate: false,
  // They wait for a real server, and a small machine is busy with it: what passes alone in ten seconds has taken three minutes.
  testTimeout: 240_000,
  hookTimeout: 300_000,
  // Much of a run is waiting: on two cores the stage takes 316 s with four, 372 s with three; the long ones gain nothing by the fourth.
  maxWorkers: 4,
};

/**
 * Told apart by the name of the file: `*.stage.test.ts` may use the suite's Temporal server and start processes (a sandbox, a shell, a worker), and so may
 * `*.long.test.ts`, which is not tried with every change (docs/testing.md). Every other test is a unit test, which can do neither.
 */
export default defineConfig({
  test: {
    // What judges without any cloud: the model, and what in a snapshot is ours. Shown, not demanded.
    coverage: {
      include: ['model/**/*.ts', 'activities/*/kinds/**/footprint.ts', 'activities/*/footprint/**/*.ts'],
      reporter: ['text'],
    },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, STAGE, LONG, INDEPENDENT],
          setupFiles: ['test/setup/no-process.ts', 'test/setup/quick-pauses.ts'],
          env: COMPILED,
          // What takes milliseconds, takes seconds on a machine that is busy with other work.
          testTimeout: 20_000,
          // The clouds' SDKs take longer to load than most tests take: they are loaded once for all files.
          isolate: false,
          // On two cores the default is one; with three, there is work while some wait.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...ON_THE_SERVER,
          name: 'stage',
          include: [STAGE],
          // After the unit tests: what fails there fails in seconds.
          sequence: { groupOrder: 1 },
        },
      },
      { test: { ...ON_THE_SERVER, name: 'long', include: [LONG], sequence: { groupOrder: 2 } } },
    ],
  },
});
