import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

/** In a unit test, whoever would wait for longer than `REAL_MS` before it asks again waits so long and no longer. */
const REAL_MS = 100;

const PATCHED = Symbol.for('offboard.test.pauses');
if (!Reflect.has(globalThis, PATCHED)) {
  const real = timers.setTimeout;
  timers.setTimeout = (ms, ...more) => real(ms === undefined ? ms : Math.min(ms, REAL_MS), ...more);
  syncBuiltinESMExports();
  Reflect.set(globalThis, PATCHED, true);
}
