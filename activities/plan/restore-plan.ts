import type { Ledger } from '../../model/ledger.ts';
import type { Manifest } from '../../model/manifest.ts';
import { UNREAD_SYSTEM, type Plan, type Untouched } from '../../model/plan.ts';
import { buildRestorePlan, neededBy, neededBesides, withContents, type Removed } from '../../model/restore.ts';
import type { AnyCloud } from '../cloud.ts';
import type { Deps } from '../deps.ts';
import { fault, notAuthorized } from '../failures.ts';
import { kindOf } from '../look/kinds.ts';
import { lookInSystem } from '../look/look.ts';
import { stillInQuarantine } from '../records/in-quarantine.ts';
import { removedWithAdopted } from '../records/removed.ts';
import { freeze, type MakePlanResult } from './make-plan.ts';
import { restorabilityOf } from './restorability.ts';

export interface MakeRestorePlanInput {
  /** Journal of the restore. */
  run: string;
  /** Journal of the run it undoes. */
  restores: string;
  /** Item ids; all that was removed when absent. */
  only?: string[];
}

/** Plans what is given back, freezes the plan, and makes it the one in force. Reads clouds only for what chosen items need. */
export async function makeRestorePlan(deps: Deps, { run, restores, ...input }: MakeRestorePlanInput): Promise<MakePlanResult> {
  const own = await deps.journal.ledger(run);
  if (own.restores !== restores) throw notAuthorized(`${run} was not started to restore that run`);
  const { ledger, removed: all, plans } = await removedWithAdopted(deps.journal, deps.artifacts, restores);
  const still = own.lifts && (await stillInQuarantine(deps.journal, restores));
  const removed = still ? all.filter((r) => r.quarantined && still.has(r.item.id)) : all;
  const last = plans.at(-1);
  if (!last) throw fault(`${restores} had no plan`);
  const manifest = await deps.artifacts.get<Manifest>(last.manifestHash);
  const only = input.only && withContents(removed, input.only);
  const missing = new Set<string>();
  for (const needed of only === undefined ? [] : neededBesides(removed, only)) {
    if (!(await isThere(deps, manifest, needed))) missing.add(needed.item.id);
  }
  const isPlanned = (r: Removed) =>
    (only === undefined || only.includes(r.item.id)) && !neededBy(r, removed).some((p) => missing.has(p.item.id));
  const plan = buildRestorePlan({
    last,
    restores,
    removed,
    only,
    restorability: restorabilityOf(deps.clouds, removed, new Date(), isPlanned),
    missing,
    notRemoved: only === undefined && !still ? notRemoved(last, ledger) : [],
    warnings: ledger.ended === undefined ? [`${restores} has not ended by its journal: make sure that it removes nothing any more`] : [],
  });
  return { ...(await freeze(deps, run, plan)), pilot: false, unknown: [], collectors: [], gone: [] };
}

/** What the run found gone or left unfinished: not ours to give back, and said, so that nobody counts on it. */
function notRemoved(last: Plan, ledger: Ledger): Untouched[] {
  return last.items
    .filter((i) => i.kind !== UNREAD_SYSTEM)
    .flatMap((item) => {
      const reason =
        ledger.outcomes.get(item.id)?.outcome === 'already-gone' ? 'it was gone before the run came to it' : halfway(item.id, ledger);
      return reason === undefined ? [] : [{ system: item.system, id: item.id, reason }];
    });
}

function halfway(id: string, ledger: Ledger): string | undefined {
  if (!ledger.openIntents.has(id)) return undefined;
  return 'its removal was begun and not seen to its end: it may be half taken apart; another offboarding goes on with it';
}

async function isThere(deps: Deps, manifest: Manifest, { item }: Removed): Promise<boolean> {
  const read = (api: unknown, cloud: AnyCloud) => kindOf(cloud, item).read(api, item);
  const answer = await lookInSystem(deps, { manifest }, item.system, read, item.id);
  // Not allowed to look is not the same as gone: the restore of what needs it will tell.
  return !answer.ok || answer.value !== undefined;
}
