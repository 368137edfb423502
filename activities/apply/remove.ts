import { itemsOf, type BatchKey } from '../../model/batch.ts';
import { refusalToRemove } from '../../model/approval.ts';
import { record, type JournalRecord, type Ledger } from '../../model/ledger.ts';
import type { Manifest } from '../../model/manifest.ts';
import { systemType, type Phase } from '../../model/names.ts';
import { isOpen, nextOpening } from '../../model/window.ts';
import { isResolved, type Outcome } from '../../model/outcome.ts';
import type { Plan, PlanItem } from '../../model/plan.ts';
import type { Deps } from '../deps.ts';
import { cloudUnavailable, notAuthorized } from '../failures.ts';
import { forEachLimited, retryDeadlinePassed, stopRequested } from '../look/activity.ts';
import { kindOf, quarantineOf } from '../look/kinds.ts';
import { heldBack, removeTogether, type Attempt, type ItemSteps } from './remove-item.ts';
import { unlessOpposed } from './opposing-run.ts';
import { quarantineNotKept } from './quarantine-kept.ts';
import { loadPlan } from '../records/plan-in-force.ts';

export interface RemoveInput {
  run: string;
  planHash: string;
  /** A batch of the plan, or single items by id. */
  work: BatchKey | { phase: Phase; items: string[] };
}

export interface RemoveResult {
  outcomes: Outcome[];
  /** Ids that were not begun because the activity was asked to stop, or the change window closed. */
  remaining: string[];
  /** ISO; when the next change window opens, where that is what the rest waits for. */
  opensAt?: string;
}

/** What is done to items, and what must allow it. */
export interface Action {
  /** Why no recorded approval covers it; undefined when one does. Pure. */
  refusal(item: PlanItem, plan: Plan, hash: string, ledger: Ledger, now: Date): string | undefined;
  /** What holds it before any cloud is asked. Pure. */
  held(item: PlanItem, plan: Plan, ledger: Ledger, manifest: Manifest): Outcome | undefined;
  /** Does it to items that meet in one write. */
  together(items: PlanItem[], steps: ItemSteps): Promise<Attempt[]>;
  /** What the journal says before a call. */
  intent(item: PlanItem, planHash: string): JournalRecord;
  /** Giving back what was only denied waits for no change window. */
  atAnyTime?: true;
}

/** The intent of a call that removes a thing, or makes it. */
export function intentOf(item: PlanItem, planHash: string): JournalRecord {
  return { type: 'intent', item: item.id, planHash, phase: item.phase };
}

/** Work as it goes: the plan, what the journal knows, and what still has to be said to the caller. */
interface Work {
  action: Action;
  deps: Deps;
  input: RemoveInput;
  plan: Plan;
  ledger: Ledger;
  manifest: Manifest;
  /** Ids of all that the plan knows of, planned or left untouched. */
  known: ReadonlySet<string>;
  outcomes: Map<string, Outcome>;
  later: { message: string; retryAfterMs?: number }[];
}

/** Removes planned items. */
export async function removeItems(deps: Deps, input: RemoveInput): Promise<RemoveResult> {
  const action: Action = {
    refusal: refusalToRemove,
    held: (item, plan, ledger, manifest) =>
      heldBack(item, plan, ledger) ?? quarantineNotKept(item, ledger, manifest, quarantineOf(deps, item) !== undefined),
    together: removeTogether,
    intent: intentOf,
  };
  return await carryOut(deps, input, await unlessOpposed(deps, input.run, action));
}

/**
 * Works on planned items, one system after the dependencies within it, several systems at once. Verifies for each item, itself, that a
 * recorded approval covers it; resumes from the journal after a crash. Throws NotAuthorized for a run or plan the journal does not
 * know, CloudUnavailable to be tried again while a cloud cannot be reached.
 */
export async function carryOut(deps: Deps, input: RemoveInput, action: Action, select = selected): Promise<RemoveResult> {
  const ledger = deps.journal.ledger(input.run);
  if (ledger.planHash === undefined || ledger.planHash !== input.planHash) {
    throw notAuthorized(`the journal of ${input.run} holds no plan ${input.planHash} in force; nothing was changed`);
  }
  const plan = await loadPlan(deps, ledger, input.planHash);
  const manifest = await deps.artifacts.get<Manifest>(plan.manifestHash);
  const known = new Set([...plan.items, ...plan.untouched].map((i) => i.id));
  const work: Work = { action, deps, input, plan, ledger, manifest, known, outcomes: new Map(), later: [] };
  const items = select(plan, input.work);
  await forEachLimited([...Map.groupBy(items, (i) => i.system).values()], (group) => workInSystem(work, group));
  const [first] = work.later;
  if (first) throw cloudUnavailable(first.message, Math.max(0, ...work.later.map((l) => l.retryAfterMs ?? 0)) || undefined);
  const remaining = items.map((i) => i.id).filter((id) => !work.outcomes.has(id));
  const opens = remaining.length > 0 && !stopRequested() && !action.atAnyTime ? nextOpening(manifest.windows, new Date()) : undefined;
  return { outcomes: [...work.outcomes.values()], remaining, ...(opens ? { opensAt: opens.toISOString() } : {}) };
}

/** The plan's items that a share of the work names. */
export function selected(plan: Plan, work: RemoveInput['work']): PlanItem[] {
  if ('items' in work) return plan.items.filter((i) => i.phase === work.phase && work.items.includes(i.id));
  return itemsOf(plan, work);
}

async function workInSystem(work: Work, items: PlanItem[]): Promise<void> {
  const [one] = items;
  if (!one) return;
  const cloud = work.deps.clouds[systemType(one.system)];
  const groups = Map.groupBy(items, (item) => {
    const kind = item.guard ? undefined : kindOf(cloud, item);
    return kind?.writeKey ? `${item.kind} ${kind.writeKey(item)}` : item.id;
  });
  let api: unknown;
  for (const group of groups.values()) {
    if (stopRequested() || !(work.action.atAnyTime || isOpen(work.manifest.windows, new Date()))) return;
    const open: PlanItem[] = [];
    for (const item of group) {
      if (!(await withoutTheCloud(work, item))) open.push(item);
    }
    if (open.length === 0) continue;
    try {
      api ??= await cloud.connect(one.system, { manifest: work.manifest });
    } catch (error) {
      const failure = cloud.classify(error);
      for (const item of open) await settle(work, failedConnect(item, failure));
      continue;
    }
    const intend = (todo: PlanItem[]) => writeIntents(work, withTakenAlong(work, todo));
    for (const attempt of await work.action.together(open, { cloud, api, ledger: work.ledger, known: work.known, intend }))
      await settle(work, attempt);
  }
}

/** Settles an item that needs no call: done before a crash, not covered by an approval, or held back. True when settled. */
async function withoutTheCloud(work: Work, item: PlanItem): Promise<boolean> {
  const before = work.ledger.outcomes.get(item.id);
  const leftInPlace = work.ledger.waived.has(item.id) && !work.ledger.quarantined.has(item.id);
  if (before && (isResolved(before.outcome) || leftInPlace)) {
    const { phase: _, ...outcome } = before;
    work.outcomes.set(item.id, outcome);
    return true;
  }
  const refusal = work.action.refusal(item, work.plan, work.input.planHash, work.ledger, new Date());
  const held: Outcome | undefined = refusal
    ? { item: item.id, outcome: 'blocked', code: 'NotAuthorized', reason: refusal }
    : work.action.held(item, work.plan, work.ledger, work.manifest);
  if (!held) return false;
  // The journal of a run that has ended is closed: what somebody tries afterwards is answered, not written into it.
  if (work.ledger.ended === undefined) await settle(work, { item, outcome: held });
  else work.outcomes.set(item.id, held);
  return true;
}

/** What a removal takes along is removed by us, too: the journal must say so, or it would be taken for somebody else's doing. */
function withTakenAlong(work: Work, items: PlanItem[]): PlanItem[] {
  const taken = new Set(items.flatMap((i) => i.takesAlong ?? []));
  return [...items, ...work.plan.items.filter((i) => taken.has(i.id))];
}

async function writeIntents(work: Work, items: PlanItem[]): Promise<void> {
  await note(work, ...items.map((i) => work.action.intent(i, work.input.planHash)));
}

/** Writes into the journal, and into what this activity knows of it. */
async function note(work: Work, ...records: JournalRecord[]): Promise<void> {
  await work.deps.journal.append(work.input.run, ...records);
  const at = new Date().toISOString();
  for (const r of records) record(work.ledger, { at, record: r });
}

async function settle(work: Work, attempt: Attempt): Promise<void> {
  const { item } = attempt;
  let outcome: Outcome;
  if ('outcome' in attempt) outcome = attempt.outcome;
  else {
    const { code, message, retryAfterMs } = attempt.later;
    if (!retryDeadlinePassed(work.manifest.waits.unreachable)) {
      work.later.push({ message: `${item.id}: ${code}: ${message}`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
      return;
    }
    outcome = { item: item.id, outcome: 'failed', code, reason: `${message}; tried until waits.unreachable had passed` };
  }
  await note(work, { type: 'outcome', phase: item.phase, outcome });
  work.outcomes.set(item.id, outcome);
  work.deps.log.info({ run: work.input.run, item: item.id, outcome: outcome.outcome, code: outcome.code }, 'item settled');
}

function failedConnect(item: PlanItem, failure: ReturnType<Deps['clouds']['aws']['classify']>): Attempt {
  if (failure.kind === 'retry') return { item, later: failure };
  const code = failure.kind === 'gone' ? 'NotFound' : failure.code;
  return {
    item,
    outcome: { item: item.id, outcome: 'blocked', code, reason: failure.kind === 'gone' ? 'the system was not found' : failure.message },
  };
}
