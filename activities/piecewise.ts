import { setImmediate as turn } from 'node:timers/promises';
import type { Pieces } from '../model/pieces.ts';

/** For how long at a time, in ms. */
const AT_A_TIME = 50;

/** Does a long computation, and lets the rest of the process go on in between: heartbeats, above all, of this activity and of all others. */
export async function piecewise<T>(work: Pieces<T>): Promise<T> {
  for (;;) {
    const until = performance.now() + AT_A_TIME;
    while (performance.now() < until) {
      const { done, value } = work.next();
      if (done) return value;
    }
    await turn();
  }
}

/** When the stretch that is under way began, and who waits for the next. */
let breathed = performance.now();
let line: Promise<void> = Promise.resolve();

/**
 * Lets the rest of the process go on where nothing else has for a while: for work that awaits what is there already, in many places at once. Such awaits alone let nobody
 * else in. Of those who wait, one after the other goes on, as many as there is time for.
 */
export function breathe(): Promise<void> {
  if (performance.now() - breathed < AT_A_TIME) return Promise.resolve();
  line = line.then(async () => {
    if (performance.now() - breathed < AT_A_TIME) return;
    await turn();
    breathed = performance.now();
  });
  return line;
}
