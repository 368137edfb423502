import type { Manifest } from '../../model/manifest.ts';
import { USED, type Outcome } from '../../model/outcome.ts';
import type { Deps } from '../deps.ts';
import { failureMessage } from '../failures.ts';
import { quarantineOf } from '../look/kinds.ts';
import { lookAtEach } from '../look/look.ts';
import { quarantinedItems } from '../records/plans.ts';
import { blocked } from './operation.ts';

export interface WatchInput {
  run: string;
  /** The last look: what could not be watched is written down. */
  last: boolean;
}

/**
 * Asks the clouds whether what is in quarantine was used since. Each that was is blocked, in the journal and in the answer: an approver
 * says whether it goes all the same (retry) or stays (waive, lift). Not being allowed to look is no proof that nobody used it: it is told.
 */
export async function watchQuarantine(deps: Deps, { run, last }: WatchInput): Promise<Outcome[]> {
  const ledger = await deps.journal.ledger(run);
  const staying = (await quarantinedItems(deps, ledger)).filter((i) => !ledger.waived.has(i.id));
  const items = staying.filter((i) => ledger.outcomes.get(i.id)?.outcome === 'quarantined');
  // What an earlier try of this look wrote down before it was cut off is told again.
  const known = staying.flatMap((i) => ledger.outcomes.get(i.id) ?? []).filter((o) => o.code === USED);
  const manifest = await deps.artifacts.kept<Manifest>(ledger.manifest ?? '');
  const used: Outcome[] = [];
  const unseen: { item: string; why: string }[] = [];
  await lookAtEach(deps, manifest, items, async (item, ask) => {
    const usedSince = quarantineOf(deps, item)?.usedSince;
    if (!usedSince) return void unseen.push({ item: item.id, why: 'its cloud does not tell when it was used' });
    const since = new Date(ledger.quarantined.get(item.id)?.since ?? 0);
    const answer = await ask((api) => usedSince(api, item, since));
    if (!answer.ok) unseen.push({ item: item.id, why: failureMessage(answer.failure) });
    else if (answer.value !== undefined) {
      const reason = `in quarantine, and ${answer.value}: somebody may still need it; lift it, or retry to have it removed all the same`;
      used.push(blocked(item, USED, reason, 'way'));
    }
  });
  const byId = (a: { item: string }, b: { item: string }) => (a.item < b.item ? -1 : 1);
  await deps.journal.append(
    run,
    ...used.toSorted(byId).map((outcome) => ({ type: 'outcome' as const, phase: 'permissions' as const, outcome })),
    ...(last ? [{ type: 'watched' as const, items: items.length, unseen: unseen.toSorted(byId) }] : []),
  );
  return [...known.map(({ phase: _, ...outcome }) => outcome), ...used];
}
