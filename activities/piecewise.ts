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
