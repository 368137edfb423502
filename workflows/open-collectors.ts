import { collectorWaiting } from '../model/waiting.ts';
import { carryOut } from './carry-out.ts';
import type { Run } from './run.ts';
import { COLLECTOR_PREFIX, collectorNamed } from './view.ts';

/** Begins to wait for collectors' people; once more after a retry, or when a configuration was there again as the next phase began. */
export async function openCollectors(run: Run, all: string[]): Promise<void> {
  const phase = 'data-collection';
  const [items, unread] = partition(all, (item) => item.startsWith(COLLECTOR_PREFIX));
  // A portal that could not be read stands among the collectors; nothing can be asked of it, an approver decides.
  if (unread.length > 0) await carryOut(run, phase, 'portal', { phase, items: unread });
  const deadline = run.inMs(run.terms.waits.person);
  for (const item of items) {
    const id = item.slice(COLLECTOR_PREFIX.length);
    const { driver, recipient } = collectorNamed(run, id);
    const stage = driver === 'retired' ? ('by-hand' as const) : ('not-ready' as const);
    run.waitFor(collectorWaiting({ item, id, driver, recipient, stage, resends: 0, deadline }, run.asking));
  }
}

function partition<T>(values: T[], test: (value: T) => boolean): [T[], T[]] {
  return [values.filter(test), values.filter((v) => !test(v))];
}
