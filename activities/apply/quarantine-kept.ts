import type { Ledger } from '../../model/ledger.ts';
import type { Manifest } from '../../model/manifest.ts';
import { USED, type Outcome } from '../../model/outcome.ts';
import type { PlanItem } from '../../model/plan.ts';
import { blocked } from './operation.ts';

/** The workflow counts by the Temporal server's clock, the journal by the worker's, in ms. */
const CLOCKS_DIFFER_MS = 60_000;

/**
 * Pure: what of `mode: quarantine` is still owed to an item before it may be removed, by the journal and not by the workflow's word: it,
 * and all it takes along, was put there, has been there for `waits.quarantine`, was looked at after that, and no use of it is undecided.
 */
export function quarantineNotKept(
  item: PlanItem,
  ledger: Pick<Ledger, 'quarantined' | 'watched' | 'outcomes'>,
  manifest: Pick<Manifest, 'mode' | 'waits'>,
  hasStep: boolean,
): Outcome | undefined {
  if (manifest.mode !== 'quarantine') return undefined;
  if (hasStep && !ledger.quarantined.has(item.id))
    return blocked(item, 'NotInQuarantine', 'mode: quarantine, and it was not put there; amend the plan, or waive it');
  for (const id of [item.id, ...(item.contains ?? [])]) {
    const there = ledger.quarantined.get(id);
    if (!there) continue;
    const known = ledger.outcomes.get(id);
    if (known?.code === USED) return blocked(item, USED, known.reason);
    const over = Date.parse(there.first) + manifest.waits.quarantine;
    if (Date.parse(ledger.watched ?? '') >= over - CLOCKS_DIFFER_MS) continue;
    return blocked(item, 'InQuarantine', `${id} is in quarantine until ${new Date(over).toISOString()} and is watched until then`);
  }
  return undefined;
}
