import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { temporalBinary } from '../../temporal/binary.ts';
import { startDevServer } from '../../temporal/dev-server.ts';
import { workflowBundle } from '../../worker/bundle/index.ts';
import { SEARCH_ATTRIBUTES } from '../../temporal/search-attributes.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** For what lasts as long as this run of the suite. */
    folder: string;
    /** `host:port` of the server that all workflow tests share; its namespace is `default`. */
    temporalAddress: string;
    /** The server's SQLite file, for tests that look for what must not be stored. */
    temporalDatabase: string;
    /** File with the bundled workflows, for workers of tests: bundled once for the whole suite. */
    workflowBundle: string;
    /** The official CLI, for tests that act as a person at a shell does. */
    temporalBinary: string;
  }
}

/**
 * Starts one development server for the whole suite. Always one of its own: a server that TEMPORAL_ADDRESS or a profile names may be the one
 * people work with.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const binary = await temporalBinary({ progress: (line) => process.stderr.write(`${line}\n`) });
  const folder = mkdtempSync(join(tmpdir(), 'offboard-test-server-'));
  const databaseFile = join(folder, 'temporal.db');
  const logFile = join(folder, 'temporal.log');
  // By default a timer that is shorter than a second may fire a second late.
  const settings = { 'history.timerProcessorMaxTimeShift': '10ms' };
  const server = await startDevServer({ binary, databaseFile, synced: false, searchAttributes: SEARCH_ATTRIBUTES, settings, logFile });
  project.provide('folder', folder);
  project.provide('temporalAddress', server.address);
  project.provide('temporalDatabase', databaseFile);
  project.provide('temporalBinary', binary);
  const bundle = join(folder, 'workflows.cjs');
  writeFileSync(bundle, (await workflowBundle(process.env, (why) => process.stderr.write(`${why}\n`))).code);
  project.provide('workflowBundle', bundle);
  return async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
