import { startVitest } from 'vitest/node';

/**
 * Records test/histories/*.json again, from runs of the workflow as it is now. One command: npm run record-histories. It is set up as the stage
 * tests are, but belongs to none of the projects: a run of the suite must not write what another of its tests reads.
 */
const vitest = await startVitest([], {
  config: false,
  include: ['test/histories/record.ts'],
  globalSetup: ['test/setup/temporal.ts'],
  setupFiles: ['test/setup/stage.ts'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
  watch: false,
  maxWorkers: 1,
});
await vitest.close();
