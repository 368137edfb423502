import { isDone, type JournalRecord, type Ledger } from './ledger.ts';
import type { RunStatus } from './names.ts';
import type { Plan } from './plan.ts';

/**
 * Pure: why a run did not end with a status that somebody claims; undefined where its records bear the claim out. What a run ended with
 * follows from its records: whoever may call an activity may claim anything.
 */
export function unproved(status: RunStatus, records: readonly JournalRecord[], ledger: Ledger, plan: Plan | undefined): string | undefined {
  if (status === 'dry-run' && records.some((r) => r.type === 'gate-opened')) return 'it asked for an approval';
  if (status === 'denied' && !records.some(stops)) return 'nobody rejected it, and no gate closed without a decision';
  if (status === 'dry-run' || status === 'refused') return records.some((r) => r.type === 'intent') ? 'things were changed' : undefined;
  if (status !== 'completed') return undefined;
  if (!plan) return 'no plan was made';
  const open = plan.items.filter((i) => !isDone(ledger, i.id)).length;
  if (open > 0) return `${open} of ${plan.items.length} planned things are neither removed nor waived`;
  return ledger.restores === undefined ? unverified(records) : undefined;
}

function stops(r: JournalRecord): boolean {
  return r.type === 'gate-closed' ? r.outcome !== 'approved' : r.type === 'decision' && r.decision.kind === 'lift';
}

/** The last thing that changed something, or could, was the last plan or intent. */
function unverified(records: readonly JournalRecord[]): string | undefined {
  const at = records.findLastIndex((r) => r.type === 'verified');
  const found = records[at];
  if (found?.type !== 'verified') return 'nobody verified that all is gone';
  if (records.findLastIndex((r) => r.type === 'plan' || r.type === 'intent') > at) return 'nobody verified since the last change';
  if (found.leftovers.length > 0) return `${found.leftovers.length} things were still there`;
  return found.unknown.length > 0 ? `nothing can be said about ${found.unknown.join(', ')}` : undefined;
}
