import { KINDS } from '../../activities/kinds.ts';
import { undoOf } from '../../activities/plan/restorability.ts';
import type { Records } from '../../activities/records/open.ts';
import { earlierRun } from '../../activities/records/plans.ts';
import { journalOf, removedByRun } from '../../activities/records/removed.ts';
import { counted } from '../../model/counted.ts';
import type { Ledger } from '../../model/ledger.ts';
import { OffboardError } from '../../model/errors.ts';
import { step } from '../../model/next-step.ts';

/** The run that a person means, when its records may go for good. Throws RunNotFound; NotAllowed with the reason why they are still needed. */
export async function removableRun({ store, journal, artifacts }: Records, name: string, now: Date): Promise<string> {
  const run = await journalOf(journal, name);
  if (run === undefined) throw new OffboardError('RunNotFound', `RUN: the records in ${store.where} hold no run ${name}`);
  const refuse = (why: string) => new OffboardError('NotAllowed', `RUN: ${run} ${why}; its records stay`);
  const { ledger, removed, plans } = await removedByRun(journal, artifacts, run);
  if (ledger.ended === undefined)
    throw new OffboardError('NotAllowed', `RUN: ${run} has not ended; let it end, cancel it, or take over from it; its records stay`, {
      next: [step('status', run), step('start', 'MANIFEST', '--adopt', run, '--by', 'NAME')],
    });
  if (ledger.quarantined.size > 0)
    throw new OffboardError(
      'NotAllowed',
      `RUN: ${run} left ${counted(ledger.quarantined.size, 'thing')} in quarantine; give them back first; its records stay`,
      {
        next: [step('restore', run, '--by', 'NAME')],
      },
    );
  const last = plans.at(-1);
  const open =
    last && ledger.restores === undefined
      ? undoOf(KINDS, last, removed, now).find((u) => u.until !== undefined && Date.parse(u.until) > now.getTime())
      : undefined;
  if (open) throw refuse(`removed ${open.item}, which can be given back until ${open.until ?? ''}, and by these records only`);
  for (const other of await journal.runs()) {
    const needs: Ledger | undefined = other === run ? undefined : await journal.ledgerIfWhole(other);
    if (needs?.restores === run) throw refuse(`is the run that ${other} restores`);
    if (needs?.adopted?.run === run) throw refuse(`is the run that ${other} took over from`);
    if (needs && needs.ended === undefined && (await earlierRun(journal, other)) === run)
      throw refuse(`is the run that ${other} carries on from`);
  }
  return run;
}
