import type { Ledger } from '../../model/ledger.ts';

/** What an amended plan leaves alone: what an approver waived, and collectors somebody confirmed to be gone. */
export function leftAlone(ledger: Pick<Ledger, 'waived' | 'confirmed'>): { item: string; reason: string }[] {
  const waived = [...ledger.waived].map(([item, w]) => ({ item, reason: `waived by ${w.by}: ${w.reason}` }));
  const confirmed = [...ledger.confirmed].map(([item, c]) => ({ item, reason: `confirmed by ${c.by}: ${c.statement}` }));
  return [...waived, ...confirmed];
}
