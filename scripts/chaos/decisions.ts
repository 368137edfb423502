import type { OpenGate } from '../../model/gate.ts';
import type { JournalRecord } from '../../model/ledger.ts';
import { isResolved } from '../../model/outcome.ts';

/** What was decided, in words that are the same for whoever said it and for the records. */
export const gateKey = ({ gate, opening }: Pick<OpenGate, 'gate' | 'opening'>) => `approve gate ${gate}, opening ${opening}`;
export const waiverKey = (item: string) => `waive ${item}`;
export const collectorKey = (item: string) => `code of ${item}`;

/** Pure: what was answered as taken, and the records have nothing of it; and what they have decided twice, without having asked again. */
export function decisionFaults(said: readonly string[], records: readonly JournalRecord[]): { lost: string[]; twice: string[] } {
  const known = new Set<string>();
  const stands = new Set<string>();
  const twice: string[] = [];
  for (const r of records) {
    if (r.type === 'reopened') for (const item of r.items) stands.delete(waiverKey(item));
    if (r.type === 'outcome' && isResolved(r.outcome.outcome)) known.add(collectorKey(r.outcome.item));
    for (const key of r.type === 'decision' ? decidedBy(r) : []) {
      if (stands.has(key)) twice.push(key);
      known.add(key);
      stands.add(key);
    }
  }
  return { lost: said.filter((key) => !known.has(key)), twice };
}

function decidedBy({ decision, items = [] }: Extract<JournalRecord, { type: 'decision' }>): string[] {
  if (decision.kind === 'approve') return [gateKey(decision)];
  return decision.kind === 'waive' ? items.map(waiverKey) : [];
}
