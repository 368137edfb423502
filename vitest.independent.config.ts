import { defineConfig } from 'vitest/config';

/** The suite that asks another house's AWS (moto) instead of our sandbox. */
export default defineConfig({
  test: {
    include: ['test/independent/**/*.test.ts'],
    globalSetup: ['test/setup/temporal.ts'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    maxWorkers: 1,
  },
});
