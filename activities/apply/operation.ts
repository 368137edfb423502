import type { Authority, InForce, Unauthorized } from '../../model/approval.ts';
import { visible } from '../../model/visible.ts';
import type { FailureClass } from '../../model/errors.ts';
import type { Json } from '../../model/finding.ts';
import type { JournalRecord, Ledger } from '../../model/ledger.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Plan, PlanItem } from '../../model/plan.ts';
import type { Answer } from '../answer.ts';
import type { AnyCloud, AnyKind } from '../cloud.ts';
import type { Deps } from '../deps.ts';

/** The run in which an operation works: the plan in force, and what its journal knows. */
export interface RunAtWork {
  deps: Deps;
  run: string;
  planHash: string;
  plan: Plan;
  ledger: Ledger;
  manifest: Manifest;
}

/** A system that answers, and what an item in it is judged by. */
export interface Reach {
  cloud: AnyCloud;
  api: unknown;
  /** The same, asking for each thing once: of what several items have in common one answer serves them all. Absent where the cloud has none such. */
  glance?: unknown;
  ledger: Ledger;
  /** Ids of all that the plan knows of, planned or left untouched. */
  known: ReadonlySet<string>;
  /** The manifest's `waits.settle`, in ms. */
  settle: number;
  /** Once it is aborted no call is waited for to be repeated. */
  stopping?: AbortSignal;
  /** Judges an item a second time before its call; `anew`: by readings of its system and of those that prove it which begin now. Absent where the operation asks for none. */
  again?(item: PlanItem, anew?: 'anew'): Promise<Answer<Again>>;
}

/** What a second judgement tells of an item. */
export interface Again {
  /** When the reading of its own system that this rests on was complete, in ms. */
  at: number;
  /** Absent where it may go. */
  outcome?: Outcome;
  /** By what was read it is not planned any more: lists may not show it yet, or not what proves it. */
  unproved?: true;
  /** Its definition, where that reading shows it: it need not be read by itself. */
  state?: { current: Json };
}

/**
 * What comes of reading an item before a call: the outcome of one that needs no call, or must not have it; `call`; or `as-wanted`, where only
 * the journal lacks it.
 */
export type Judgement = Outcome | 'call' | 'as-wanted';

/** What is done to planned items, but for the call itself. */
export interface Operation {
  /** Why no recorded approval covers it; undefined when one does. Pure. */
  refusal(item: PlanItem, inForce: InForce, ledger: Ledger, authority: Authority): Unauthorized | undefined;
  /** What holds it before any cloud is asked. Pure. */
  held(item: PlanItem, at: RunAtWork): Outcome | undefined;
  /** Each item is judged a second time before its call. */
  judgedAgain?: true;
  /** Each item is held while a run that does the opposite is at work in its tenant. */
  opposed?: true;
  /** What the journal says before a call; absent where nothing need be known of it after a crash. */
  intent?(item: PlanItem, planHash: string): JournalRecord;
  /** With the item as it stands now; undefined when it is gone. */
  judge(item: PlanItem, current: Json | undefined, reach: Reach): Judgement | Promise<Judgement>;
}

/** How the items of a call stood when they were judged by that. */
export interface Seen {
  /** A moment ago. */
  just: boolean;
  current(item: PlanItem): Json | undefined;
}

/** An operation that needs no person: the engine carries it out over batches of the plan. */
export interface BatchOperation extends Operation {
  /** Items of one system with the same `writeKey` are one call; absent: each is a call of its own. */
  together?: true;
  /** Giving back what was only denied waits for no change window and for no pause. */
  atAnyTime?: true;
  /** Codes of a refusal that a cloud which shows a change late may be behind: the call is made again some times before it counts. */
  maybeLate?: ReadonlySet<string>;
  /** Whether it is done shows by whether the item is there, and by which one that is: no more of it is read after the call. */
  seenByTrace?: true;
  /** Idempotent. */
  call(kind: AnyKind, api: unknown, items: readonly [PlanItem, ...PlanItem[]], seen: Seen): Promise<void>;
  /** With the item as it is read after the call: its outcome once the call is seen to be done. Pure. */
  seen(item: PlanItem, current: Json | undefined, kind: AnyKind): Outcome | undefined;
  /** What is said of an item that was read again and again and not seen to be done: an outcome, or why it is tried later. Pure. */
  unseen(item: PlanItem, current: Json | undefined, kind: AnyKind): Outcome | { code: string; message: string };
}

/** What came of trying one item: its outcome, or why it must be tried later. */
export type Attempt = { item: PlanItem; outcome: Outcome } | { item: PlanItem; later: Extract<FailureClass, { kind: 'retry' }> };

/** An interface to look at several things at one moment by. */
export function glanceOf({ cloud, api }: Pick<Reach, 'cloud' | 'api'>): unknown {
  return cloud.glance ? (cloud.glance(api) as unknown) : api;
}

/** The intent of a call that removes a thing, or makes it. */
export function intentOf(item: PlanItem, planHash: string): Extract<JournalRecord, { type: 'intent' }> {
  return { type: 'intent', item: item.id, planHash, phase: item.phase };
}

/** `keeps`: others need it, so a waiver keeps it working unless told otherwise. */
export function blocked(item: PlanItem, code: string, reason: string, keeps?: Outcome['keeps']): Outcome {
  return { item: item.id, outcome: 'blocked', code, reason: visible(reason), ...(keeps ? { keeps } : {}) };
}

/** Pure: what a failure of its cloud means for an item. It never means that the item is gone: that is an answer. */
export function failed(item: PlanItem, failure: FailureClass): Attempt {
  return failure.kind === 'retry' ? { item, later: failure } : { item, outcome: blocked(item, failure.code, failure.message) };
}
