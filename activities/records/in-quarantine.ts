import type { Journal } from './journal.ts';

/** What a run left denied or disabled, and no restore has given back since: item ids. */
export async function stillInQuarantine(journal: Journal, run: string): Promise<Set<string>> {
  const still = new Set((await journal.ledger(run)).quarantined.keys());
  if (still.size === 0) return still;
  for (const other of await journal.runs()) {
    const ledger = await journal.ledgerIfWhole(other);
    if (ledger?.restores !== run) continue;
    for (const { item, outcome } of ledger.outcomes.values()) if (outcome === 'restored' || outcome === 'already-there') still.delete(item);
  }
  return still;
}
