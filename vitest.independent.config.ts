import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/setup/longest-first.ts';

/** The suite that asks another house's AWS (moto) instead of our sandbox. */
export default defineConfig({
  test: {
    include: ['test/independent/**/*.test.ts'],
    globalSetup: ['test/setup/temporal.ts'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    // Much of a file is waiting for what it has started.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
  },
});
