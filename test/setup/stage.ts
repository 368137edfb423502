import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { vi } from 'vitest';

/**
 * Before each file of the stage: they share processes (isolate: false), because loading the clouds' SDKs takes longer than most tests. Each
 * has our own modules to itself all the same, and so a tenant of its own.
 */
vi.resetModules();

const INSTALLED = Symbol.for('offboard.test.runtime');

// Once in a process. The SDK's own lines would bury the tests', and each refusal of a replay be told at length.
if (!Reflect.has(globalThis, INSTALLED)) {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }), forward: {} } },
  });
  Reflect.set(globalThis, INSTALLED, true);
}
