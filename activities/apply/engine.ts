import { itemsOf, type BatchKey } from '../../model/batch.ts';
import { fingerprint } from '../../model/canonical.ts';
import { systemType, type Phase } from '../../model/names.ts';
import { DRIFT, needsPerson, waitsForOthers, type Outcome } from '../../model/outcome.ts';
import type { Plan, PlanItem } from '../../model/plan.ts';
import { isOpen, nextOpening } from '../../model/window.ts';
import type { AnyCloud } from '../cloud.ts';
import type { Deps } from '../deps.ts';
import { reopen, type Reopened } from '../records/reopen.ts';
import { RecordsUnavailable } from '../records/store.ts';
import { cloudUnavailable } from '../failures.ts';
import { forEachLimited, retryDeadlinePassed, stopRequested, stopSignal } from '../look/activity.ts';
import { answerOf, type Answer } from '../answer.ts';
import { patienceFor, within } from '../limited.ts';
import { kindOf } from '../look/kinds.ts';
import { later } from '../settle.ts';
import {
  failed,
  glanceOf,
  type Again,
  type Attempt,
  type BatchOperation,
  type Judgement,
  type Operation,
  type Reach,
} from './operation.ts';
import { Call, type Judged } from './call.ts';
import { persistently, readBack, readItem } from './read-back.ts';
import { MEND } from './second-look/judge-again.ts';
import { SecondLook } from './second-look/second-look.ts';
import { barred, doneBefore, intend, openWork, recordOutcome, type Work } from './work.ts';

export interface ApplyInput {
  run: string;
  planHash: string;
  /** A batch of the plan, or single items by id. */
  work: BatchKey | { phase: Phase; items: string[] };
}

export interface ApplyResult {
  outcomes: Outcome[];
  /** Ids that were not begun because the activity was asked to stop, the run is paused, or the change window closed. */
  remaining: string[];
  /** ISO; when the next change window opens, where that is what the rest waits for. */
  opensAt?: string;
  /** Items, of this phase or one before, whose waiver or confirmation counts no longer: they are open again. */
  reopened?: Reopened[];
}

/** Carries out an operation on a share of the plan; `covers` picks what of it the operation is for. As `carryOut`. */
export async function apply(
  deps: Deps,
  input: ApplyInput,
  operation: BatchOperation,
  covers: (item: PlanItem) => boolean = () => true,
): Promise<ApplyResult> {
  const work = await openWork(deps, input, operation);
  const reopened = await reopen(deps, work);
  const result = await carryOut(work, selected(work.plan, input.work).filter(covers), 'items' in input.work ? undefined : input.work);
  return { ...result, ...(reopened.length > 0 ? { reopened } : {}) };
}

/** The plan's items that a share of the work names. */
function selected(plan: Plan, work: ApplyInput['work']): PlanItem[] {
  if ('items' in work) return plan.items.filter((i) => i.phase === work.phase && work.items.includes(i.id));
  return itemsOf(plan, work);
}

/** Other records lie there than those that the work was opened with: what they hold was not looked at. */
function replaced({ deps: { journal } }: Work): RecordsUnavailable {
  return new RecordsUnavailable(journal.store.where, 'were replaced while work was under way', 'see that they are those of the run');
}

/** What a batch has come to: outcomes by item, and what a cloud has to be asked for again. */
interface Progress {
  outcomes: Map<string, Outcome>;
  later: { message: string; retryAfterMs?: number }[];
}

/**
 * Works on planned items, one system after the dependencies within it, several systems at once. Verifies for each item, itself, that a
 * recorded approval covers it; resumes from the journal after a crash. Throws CloudUnavailable to be tried again while a cloud cannot be
 * reached. `batch`: the batch of the plan that the items are.
 */
export async function carryOut(work: Work<BatchOperation>, items: PlanItem[], batch?: BatchKey): Promise<ApplyResult> {
  const progress: Progress = { outcomes: new Map(), later: [] };
  const { outcomes, later } = progress;
  const look = work.operation.judgedAgain && new SecondLook(work, batch);
  await forEachLimited([...Map.groupBy(items, (i) => i.system)], ([, group]) =>
    within({ patience: patienceFor(work.manifest.waits.unreachable) }, () => workInSystem(work, look, progress, group)),
  );
  const [first] = later;
  if (first) throw cloudUnavailable(first.message, Math.max(0, ...later.map((l) => l.retryAfterMs ?? 0)) || undefined);
  const remaining = items.map((i) => i.id).filter((id) => !outcomes.has(id));
  const { atAnyTime } = work.operation;
  const waits = remaining.length > 0 && !stopRequested() && !atAnyTime && !work.ledger.stopped;
  const opens = waits ? nextOpening(work.manifest.windows, new Date()) : undefined;
  return { outcomes: [...outcomes.values()], remaining, ...(opens ? { opensAt: opens.toISOString() } : {}) };
}

async function workInSystem(
  work: Work<BatchOperation>,
  look: SecondLook | undefined,
  progress: Progress,
  items: PlanItem[],
): Promise<void> {
  const [one] = items;
  if (!one) return;
  const { operation, manifest } = work;
  const cloud = work.deps.clouds[systemType(one.system)];
  let connection: Answer<unknown> | undefined;
  for (const group of Map.groupBy(items, (item) => callOf(operation, cloud, item)).values()) {
    if (stopRequested()) return;
    const connected = async () =>
      connection?.ok ? connection : (connection = await answerOf(cloud, () => cloud.connect(one.system, { manifest })));
    // What others wrote meanwhile counts: the run may have ended, or been taken over.
    if ((await work.deps.journal.ledger(work.run)) !== work.ledger) throw replaced(work);
    // A pause counts by its record: the workflow, which orders the work, does not authorise it.
    if (!operation.atAnyTime && (work.ledger.stopped || !isOpen(manifest.windows, new Date()))) return;
    const allowed: PlanItem[] = [];
    for (const item of group) {
      const before = doneBefore(work, item);
      const bar = before ? undefined : barred(work, item);
      const outcome = before ?? (bar && (await recordOutcome(work, item, await allReasons(work, look, item, bar, cloud, connected))));
      if (outcome) progress.outcomes.set(item.id, outcome);
      else allowed.push(item);
    }
    if (allowed.length === 0) continue;
    const attempts = await attemptAll(work, look, allowed, cloud, await connected());
    for (const attempt of attempts) await recordAttempt(work, progress, attempt);
  }
}

async function attemptAll(
  work: Work<BatchOperation>,
  look: SecondLook | undefined,
  items: PlanItem[],
  cloud: AnyCloud,
  connection: Answer<unknown>,
): Promise<Attempt[]> {
  if (!connection.ok) return items.map((item) => failed(item, connection.failure));
  const reach = reachOf(work, cloud, connection.value, look && ((item, anew) => look.judge(item, undefined, anew)));
  return await applyTogether(work.operation, items, reach, (todo) => intend(work, todo));
}

function reachOf({ ledger, known, manifest }: Work, cloud: AnyCloud, api: unknown, again: Reach['again']): Reach {
  return { cloud, api, ledger, known, settle: manifest.waits.settle, stopping: stopSignal(), ...(again ? { again } : {}) };
}

/**
 * What waits for a thing that a person has to decide about is judged by itself as well: what they should know of both they are told at once, not one
 * after the other. Nothing more is said of it where its cloud does not answer.
 */
async function allReasons(
  work: Work<BatchOperation>,
  look: SecondLook | undefined,
  item: PlanItem,
  bar: Outcome,
  cloud: AnyCloud,
  connected: () => Promise<Answer<unknown>>,
): Promise<Outcome> {
  const isHeld = (id: string) => needsPerson(work.ledger.outcomes.get(id)?.outcome ?? 'skipped');
  if (!look || bar.code !== 'Dependency' || !item.dependsOn.some(isHeld)) return bar;
  const connection = await connected();
  if (!connection.ok) return bar;
  const reach = reachOf(work, cloud, connection.value, (one, anew) => look.judge(one, 'itself', anew));
  const judged = await judge(work.operation, item, reach);
  if (!judged.ok || typeof judged.value === 'string' || !needsPerson(judged.value.outcome)) return bar;
  return waitsForOthers(judged.value) ? bar : { ...judged.value, reason: `${judged.value.reason}; it also ${bar.reason}` };
}

/** Items with the same answer meet in one call. */
function callOf({ together }: BatchOperation, cloud: AnyCloud, item: PlanItem): string {
  const kind = together && !item.guard ? kindOf(cloud, item) : undefined;
  return kind?.writeKey ? `${item.kind} ${kind.writeKey(item)}` : item.id;
}

/**
 * Works on items that meet in one call: reads each again and judges it beside the plan, writes the intents, calls, and reads until each is
 * seen to be done. What was done already is told apart by the journal: an intent without an outcome was our own lost answer.
 */
export async function applyTogether(
  operation: BatchOperation,
  items: PlanItem[],
  reach: Reach,
  intendAll: (items: PlanItem[]) => Promise<void>,
): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  const todo: PlanItem[] = [];
  const toCall: Judged[] = [];
  const glancing = { ...reach, glance: glanceOf(reach) };
  for (const item of items) {
    const { judged, ...seen } = await judgeNow(operation, item, glancing);
    if (!judged.ok) attempts.push(failed(item, judged.failure));
    else if (typeof judged.value !== 'string') attempts.push({ item, outcome: judged.value });
    else {
      todo.push(item);
      if (judged.value === 'call') toCall.push({ item, ...seen });
    }
  }
  if (todo.length === 0) return attempts;
  await intendAll(todo);
  const call = new Call(operation, toCall, reach);
  const answer = await call.made();
  const seen = new Set(call.attempts.map((t) => t.item));
  const unseen = todo.filter((item) => !seen.has(item));
  const rest = answer.ok ? await readBack(operation, unseen, reach) : unseen.map((item) => failed(item, answer.failure));
  return [...attempts, ...call.attempts, ...rest];
}

/** By its own definition, and once more by all that its planning rested on. */
export async function judge(operation: Operation, item: PlanItem, reach: Reach): Promise<Answer<Judgement>> {
  return (await judgeNow(operation, item, reach)).judged;
}

/** As `judge`, and what that rests on. */
async function judgeNow(operation: Operation, item: PlanItem, reach: Reach): Promise<JudgedNow> {
  const { unproved, ...judged } = await judgeOnce(operation, item, reach);
  // What lists lack of a thing that a single read shows just as it was planned, they may only not show yet.
  if (!unproved || judged.current === undefined || fingerprint(judged.current) !== item.fingerprint) return judged;
  const { unproved: _, ...last } = await later(reach.settle, () => judgeOnce(operation, item, reach, 'anew'));
  return last;
}

type JudgedNow = { judged: Answer<Judgement> } & Omit<Judged, 'item'>;

async function judgeOnce(operation: Operation, item: PlanItem, reach: Reach, anew?: 'anew'): Promise<JudgedNow & Pick<Again, 'unproved'>> {
  const again = await reach.again?.(item, anew);
  const now = Date.now();
  if (again && !again.ok) return { judged: again, current: undefined, at: now, restsOn: now };
  const { outcome, state, at: restsOn = Infinity } = again?.value ?? {};
  const at = state ? restsOn : now;
  const read = state ? { ok: true as const, value: state.current } : await readItem(item, reach, reach.stopping);
  if (!read.ok) return { judged: read, current: undefined, at, restsOn };
  const current = read.value;
  const judged = await persistently(reach.cloud, async () => operation.judge(item, current, reach), reach.stopping);
  if (!judged.ok || outcome === undefined) return { judged, current, at, restsOn };
  return {
    judged: { ok: true, value: together(judged.value, outcome) },
    current,
    at,
    restsOn,
    ...(again?.value.unproved ? { unproved: true } : {}),
  };
}

/** What a thing's own definition says and what its planning rests on, as one. That it changed tells less than why it may not go: the surer reason comes first. */
function together(judged: Judgement, again: Outcome): Judgement {
  if (judged === 'call') return again;
  if (typeof judged === 'string' || judged.code !== DRIFT || waitsForOthers(again)) return judged;
  return { ...again, reason: `${again.reason.replace(`; ${MEND}`, '')}; ${judged.reason}` };
}

/** Records an attempt's outcome, or keeps why it is tried later while `waits.unreachable` lasts. */
async function recordAttempt(work: Work, { outcomes, later }: Progress, attempt: Attempt): Promise<void> {
  const { item } = attempt;
  let outcome: Outcome;
  if ('outcome' in attempt) outcome = attempt.outcome;
  else {
    const { code, message, retryAfterMs } = attempt.later;
    if (!retryDeadlinePassed(work.manifest.waits.unreachable))
      return void later.push({ message: `${item.id}: ${code}: ${message}`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
    outcome = { item: item.id, outcome: 'failed', code, reason: `${message}; tried until waits.unreachable had passed` };
  }
  outcomes.set(item.id, await recordOutcome(work, item, outcome));
}
