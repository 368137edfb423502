import type { Authority } from '../../model/approval.ts';
import type { JournalRecord } from '../../model/ledger.ts';
import type { Manifest } from '../../model/manifest.ts';
import { aboutRun } from '../../model/next-step.ts';
import { workflowIdIn } from '../../model/run-name.ts';
import { needsOf } from '../../model/left-in-place.ts';
import { isResolved, LAPSED, needsPerson, type Outcome } from '../../model/outcome.ts';
import { indexOf } from '../../model/plan-index.ts';
import type { PlanItem } from '../../model/plan.ts';
import { authorityOf } from '../decide/prove.ts';
import type { Deps } from '../deps.ts';
import { demandRightClock } from '../look/activity.ts';
import { goByPolicy } from '../records/policy.ts';
import { demandPlan } from '../records/plans.ts';
import { blocked, type Operation, type RunAtWork } from './operation.ts';
import { heldByOpposingRun, opposingRun } from './opposing-run.ts';

/** An operation under way in a run: what its steps share, whether the engine takes them or a person stands between them. */
export interface Work<O extends Operation = Operation> extends RunAtWork {
  operation: O;
  /** Workflow id of a run that does the opposite. */
  opponent: string | undefined;
  /** Ids of all that the plan knows of, planned or left untouched. */
  known: ReadonlySet<string>;
  /** What approvals are judged by now. */
  authority: Authority;
}

/** Opens the work of an operation. Throws NotAuthorized for a run or plan that the journal does not know. */
export async function openWork<O extends Operation>(
  deps: Deps,
  { run, planHash }: { run: string; planHash: string },
  operation: O,
): Promise<Work<O>> {
  demandRightClock();
  await goByPolicy(deps, run);
  const ledger = await deps.journal.ledger(run);
  const plan = await demandPlan(deps, run, ledger, planHash);
  const manifest = await deps.artifacts.kept<Manifest>(plan.manifestHash);
  const opponent = operation.opposed && (await opposingRun(deps.journal, run));
  const known = new Set([...plan.items, ...plan.untouched].map((i) => i.id));
  const authority = authorityOf(deps, run, ledger, manifest);
  return { deps, run, planHash, plan, ledger, manifest, operation, opponent, known, authority };
}

/** What an earlier try recorded of an item that needs no more; undefined where there is more to do. */
export function doneBefore({ ledger }: Work, item: PlanItem): Outcome | undefined {
  const before = ledger.outcomes.get(item.id);
  const leftInPlace = ledger.waived.has(item.id) && !ledger.quarantined.has(item.id);
  // What somebody waived whose word counts no longer is not tried before another has said something of it.
  const undecided = ledger.reopened.get(item.id)?.retried === undefined && ledger.reopened.has(item.id);
  if (!before || !(isResolved(before.outcome) || leftInPlace || undecided)) return undefined;
  const { phase: _, ...outcome } = before;
  return outcome;
}

/** Why an item may not be worked on, before any cloud is asked: no recorded approval covers it, or something holds it. */
export function barred(work: Work, item: PlanItem): Outcome | undefined {
  const { operation, plan, planHash, ledger, authority, opponent } = work;
  const refusal = operation.refusal(item, { plan, hash: planHash }, ledger, authority);
  if (refusal?.gate !== undefined) return { ...blocked(item, LAPSED, refusal.reason), gate: refusal.gate };
  if (refusal?.waits) return blocked(item, 'Dependency', refusal.reason);
  if (refusal !== undefined) return blocked(item, 'NotAuthorized', refusal.reason);
  return opponent === undefined ? operation.held(item, work) : heldByOpposingRun(item, opponent);
}

/** Writes the intents of a call, on disk before it resolves. */
export async function intend(work: Work, items: PlanItem[]): Promise<void> {
  const { operation, planHash } = work;
  await append(work, ...withContents(work, items).flatMap((i) => operation.intent?.(i, planHash) ?? []));
}

/** What a removal takes along is removed by us, too: the journal must say so, or it would be taken for somebody else's doing. */
function withContents({ plan }: Work, items: PlanItem[]): PlanItem[] {
  const taken = new Set(items.flatMap((i) => i.contains ?? []));
  return [...items, ...[...taken].flatMap((id) => indexOf(plan).byId.get(id) ?? [])];
}

/** Records what came of an item. The journal of a run that has ended is closed: what somebody tries afterwards is only answered. */
export async function recordOutcome(work: Work, item: PlanItem, known: Outcome): Promise<Outcome> {
  const { plan, ledger, operation } = work;
  if (ledger.ended !== undefined) return known;
  const { phase } = item;
  // What is asked of a person is asked with what each answer means for the rest.
  const asked = operation.judgedAgain && needsPerson(known.outcome);
  const next = known.next ? { next: aboutRun(known.next, workflowIdIn(work.run)) } : {};
  const outcome = asked ? { ...known, ...needsOf(item, known, plan, ledger), ...next } : { ...known, ...next };
  await append(work, { type: 'outcome', phase, outcome });
  work.deps.log.info({ run: work.run, item: outcome.item, outcome: outcome.outcome, code: outcome.code }, 'outcome recorded');
  return outcome;
}

/** Writes records of the run; its ledger, which this work holds, takes them in. */
export async function append({ deps, run }: Work, ...records: JournalRecord[]): Promise<void> {
  await deps.journal.append(run, ...records);
}
