import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/independent/**'],
    globalSetup: ['test/setup/temporal.ts'],
    // Workflow tests wait for a real server and bundle their workflows first.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Each file with a worker keeps a core busy while it bundles; the server and the sandbox need the rest of a small machine.
    maxWorkers: 2,
  },
});
