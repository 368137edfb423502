import { waivedWords } from '../../model/decided.ts';
import type { Ledger } from '../../model/ledger.ts';
import type { PlanInput } from '../../model/plan.ts';

/** What an amended plan leaves alone: what an approver waived, and collectors somebody confirmed to be gone. */
export function leftAlone(ledger: Pick<Ledger, 'waived' | 'confirmed'>): PlanInput['leftAlone'] {
  const waived = [...ledger.waived].map(([item, w]) => ({
    item,
    reason: `${waivedWords(w)}: ${w.reason}`,
    ...(w.keeps ? { keeps: w.keeps } : {}),
  }));
  const confirmed = [...ledger.confirmed].map(([item, c]) => ({ item, reason: `confirmed by ${c.by}: ${c.statement}` }));
  return [...waived, ...confirmed];
}
