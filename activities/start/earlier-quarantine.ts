import { step, type Reason } from '../../model/next-step.ts';
import type { Deps } from '../deps.ts';
import { earlierRun } from '../records/earlier-run.ts';

/**
 * What a run before left denied or disabled, as a precondition that fails; nothing when all was lifted, or given back by a restore. It
 * looks like something that somebody changed: a plan made now would hold it for its true definition.
 */
export function earlierQuarantine(deps: Deps, run: string): Reason[] {
  const before = earlierRun(deps.journal, run);
  if (before === undefined) return [];
  const still = new Set(deps.journal.ledger(before).quarantined.keys());
  if (still.size === 0) return [];
  for (const other of deps.journal.runs()) {
    const ledger = deps.journal.ledger(other);
    if (ledger.restores !== before) continue;
    for (const { item, outcome } of ledger.outcomes.values()) if (outcome === 'restored' || outcome === 'already-there') still.delete(item);
  }
  const [first] = still;
  if (first === undefined) return [];
  const reason = `${before} left ${still.size} things in quarantine, such as ${first}; give them back first`;
  return [{ reason, next: [step('restore', before, '--by', 'NAME')] }];
}
