import { carryOut } from './carry-out.ts';
import { openCollectors } from './open-collectors.ts';
import type { Run } from './run.ts';

/** Does the work for some items once more; a collector's only begins, and is waited for then. */
export type Again = (items: string[]) => Promise<void>;

/** Each as its phase does it, whichever is under way: what came back, or is open again, may be of one before. */
export function workAgain(run: Run): Again {
  return async (all) => {
    for (const [phase, items] of Map.groupBy(all, (item) => run.outcomes.get(item)?.phase)) {
      if (phase === undefined) continue;
      if (phase === 'data-collection') await openCollectors(run, items);
      else await carryOut(run, phase, `again: ${items.length} items`, { phase, items });
    }
  };
}
