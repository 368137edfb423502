import type { JournalRecord, Ledger } from '../../model/ledger.ts';
import type { Phase } from '../../model/names.ts';
import { UNCONFIRMED, withoutPhase, type Outcome } from '../../model/outcome.ts';
import type { Plan } from '../../model/plan.ts';
import { withIdentity } from '../../model/policy.ts';
import { compromisedSince } from '../../model/statement/proof.ts';
import type { Deps } from '../deps.ts';
import { demandPlan } from './plans.ts';
import { goByPolicy } from './policy.ts';

/** An item that people are asked about once more, how it stands, and since when (ISO). */
export type Reopened = Outcome & { phase: Phase; at: string };

/** As `reopen`, for whoever does not work on items: a person's step with a collector, an amended plan. */
export async function reopenLapsed(deps: Deps, { run, planHash }: { run: string; planHash: string }): Promise<Reopened[]> {
  await goByPolicy(deps, run);
  const ledger = await deps.journal.ledger(run);
  return await reopen(deps, { run, ledger, plan: await demandPlan(deps, run, ledger, planHash) });
}

/**
 * What rests on the word of a key that counts no longer is taken back in the records: a waived item is open again, with the reason for which it was held, and a
 * collector that was confirmed is confirmed by nobody. What was removed stays removed. Returns what is open again, and nobody has decided about since.
 */
export async function reopen(
  { policy: floor, journal }: Deps,
  { run, ledger, plan }: { run: string; ledger: Ledger; plan: Plan },
): Promise<Reopened[]> {
  if (ledger.ended !== undefined) return [];
  const policy = withIdentity(floor, ledger.identity);
  const lapsed = plan.items.flatMap((item) => {
    const word = ledger.words.get(item.id);
    const since = word && compromisedSince(word.said, policy, new Date(word.at));
    return !word || since === undefined ? [] : [{ item, why: `${word.said.by} said so by a key that counts no longer since ${since}` }];
  });
  for (const [why, of] of Map.groupBy(lapsed, (l) => l.why)) {
    const records = of.flatMap(({ item }): JournalRecord[] => {
      const { id, phase } = item;
      const known = ledger.outcomes.get(id);
      const outcome: Outcome | undefined = ledger.confirmed.has(id)
        ? { item: id, outcome: 'blocked', code: UNCONFIRMED, reason: `${why}; confirm it again` }
        : known && { ...withoutPhase(known), reason: `${known.reason}; it was left in place, but ${why}` };
      return outcome ? [{ type: 'outcome', phase, outcome }] : [];
    });
    await journal.append(run, { type: 'reopened', items: of.map((l) => l.item.id), why }, ...records);
  }
  return [...ledger.reopened].flatMap(([id, { at, retried }]) => {
    const outcome = ledger.outcomes.get(id);
    return outcome && !retried ? [{ ...outcome, at }] : [];
  });
}
