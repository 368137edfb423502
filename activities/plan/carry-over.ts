import { describeDiff, isRemnant } from '../../model/diff.ts';
import type { Finding, Hold, Json } from '../../model/finding.ts';
import { combine } from '../../model/guards/combine.ts';
import { byWhom, isDone, type Ledger } from '../../model/ledger.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { Phase, SystemId } from '../../model/names.ts';
import type { Outcome } from '../../model/outcome.ts';
import { OURSELVES } from '../../model/guards/ourselves.ts';
import { fingerprint } from '../../model/canonical.ts';
import { UNREAD_SYSTEM, type PlanItem } from '../../model/plan.ts';
import type { AnyCloud, AnyKind } from '../cloud.ts';
import type { Deps } from '../deps.ts';
import { isQuarantined, kindOf } from '../look/kinds.ts';
import { lookUntilSettled } from '../look/look.ts';
import type { Answer } from '../answer.ts';
import { earlierRun, currentPlan, resolvedIn } from '../records/plans.ts';

export interface CarriedOver {
  /** Still there: findings for the plan that is being made. */
  findings: Finding[];
  /** Not there any more: outcomes for this run's journal. */
  gone: { phase: Phase; outcome: Outcome }[];
}

/**
 * What an earlier plan held, did not get resolved, and today's discovery does not find. Removing one thing can destroy the trail to the
 * next (a role whose only mark was its trust in another), so each is read by its own id: what is still the same is planned again.
 * Looks at this run's last plan and at that of the tenant's run before.
 */
export async function carryOver(
  deps: Deps,
  run: string,
  manifest: Manifest,
  systems: Set<SystemId>,
  found: Set<string>,
): Promise<CarriedOver> {
  const carried: CarriedOver = { findings: [], gone: [] };
  const before = await earlierRun(deps.journal, run);
  const own = await deps.journal.ledger(run);
  const seen = new Set(found);
  for (const of of before === undefined ? [run] : [run, before]) {
    const ledger = await deps.journal.ledger(of);
    const mine = of === run;
    const adopted = own.adopted?.run === of;
    const plan = await currentPlan(deps, ledger);
    if (!plan) continue;
    const open = plan.items.filter((i) => isOpen(i, ledger, mine, systems) && !seen.has(i.id));
    const read = async (item: PlanItem, api: unknown, cloud: AnyCloud) => {
      const kind = kindOf(cloud, item);
      return { kind, now: await kind.read(api, item) };
    };
    const isThere = (answer: Answer<{ now: Json | undefined }>) => !answer.ok || answer.value.now !== undefined;
    for (const [item, answer] of await lookUntilSettled(deps, manifest, open, read, isThere, 2)) {
      seen.add(item.id);
      const finding = stillThere(item, { run: of, ledger }, answer);
      if (finding) carried.findings.push(finding);
      // An intent of the run that this one took over from is settled here: what it began and nobody sees any more went by us.
      else if ((mine && ledger.outcomes.has(item.id)) || (adopted && ledger.openIntents.has(item.id)))
        carried.gone.push({ phase: item.phase, outcome: goneNow(item, ledger) });
    }
  }
  carried.findings.sort((a, b) => (a.id < b.id ? -1 : 1));
  carried.gone.sort((a, b) => (a.outcome.item < b.outcome.item ? -1 : 1));
  return carried;
}

/** Not resolved, in a system that could be read. A waiver holds for the run it was given in. */
function isOpen(item: PlanItem, ledger: Ledger, mine: boolean, systems: Set<SystemId>): boolean {
  // What the worker runs under was never touched: once a person has done the step, nothing says that it is ours.
  if (item.guard?.code === OURSELVES || item.kind === UNREAD_SYSTEM || !systems.has(item.system)) return false;
  return !(mine ? isDone(ledger, item.id) : resolvedIn(ledger, item.id));
}

function stillThere(
  item: PlanItem,
  { run, ledger }: { run: string; ledger: Ledger },
  answer: Answer<{ kind: AnyKind; now: Json | undefined }>,
): Finding | undefined {
  if (!answer.ok)
    return { ...findingOf(item), hold: { code: answer.failure.code, reason: `cannot be read again: ${answer.failure.message}` } };
  const { kind, now } = answer.value;
  if (now === undefined) return undefined;
  // A namesake that was made since is somebody else's.
  if (kind.identity && kind.identity(now) !== kind.identity(item.snapshot)) return undefined;
  const unchanged = fingerprint(now) === item.fingerprint || isQuarantined(kind, now, item.snapshot);
  const ourDoing = ledger.openIntents.has(item.id) && kind.identity !== undefined && isRemnant(now, item.snapshot);
  const mark = `planned as ours in ${run}, and not resolved there`;
  const why = item.why.includes(mark) ? item.why : [...item.why, mark];
  const hold = unchanged || ourDoing ? item.hold : combine(changedSince(run, item.snapshot, now), item.hold).hold;
  return { ...findingOf(item), snapshot: now, why, carriedFrom: run, ...(hold ? { hold } : {}) };
}

/** Its id alone does not say whose it is by now: somebody may have taken it over. */
function changedSince(run: string, before: Json, now: Json): Hold {
  const reason = `changed since ${run} planned it (${describeDiff(before, now)}), and nothing read today proves it ours: find out whose it is, then name it under overrides with a reason`;
  return { code: 'Drift', reason };
}

function goneNow(item: PlanItem, ledger: Ledger): Outcome {
  const reason = 'read by its id when the plan was amended: not there any more';
  if (ledger.openIntents.has(item.id)) return { item: item.id, outcome: 'removed', reason };
  return { item: item.id, outcome: 'already-gone', reason: byWhom(reason, ledger) };
}

function findingOf({ fingerprint: _, dependsOn: __, guard: ___, lifted: ____, override: _____, ...finding }: PlanItem): Finding {
  return finding;
}
