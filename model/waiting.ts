import type { OpenGate } from './gate.ts';
import type { Challenge, CollectorView } from './messages/collector.ts';
import { DELETED_MESSAGE, type CollectorDriver } from './names.ts';
import type { Pending } from './quorum.ts';
import type { RecordsHead, RecordsTrouble } from './records-head.ts';
import { step, type NextStep } from './next-step.ts';

/** What a run waits for: a list of these, several at once. Plain data, made by the functions below; `waiting-words.ts` words it. */
export type Waiting = GateWaiting | ItemsWaiting | CollectorWaiting | TimeWaiting | QuarantineWaiting | WorkerWaiting;

interface Base {
  /** Whom it waits for, in words; `nobody` where there is nothing to be done. */
  whom: string;
  /** ISO; absent where nothing ends the waiting. */
  until?: string;
  /** What may be typed, the likeliest first. */
  next: NextStep[];
}

export interface GateWaiting extends Base {
  kind: 'gate';
  open: OpenGate;
  /** Some have approved, and more must. */
  pending?: Pending;
}

export interface ItemsWaiting extends Base {
  kind: 'items';
  until: string;
  /** Ids of unresolved items that an approver decides about. */
  items: string[];
  /** Collectors among them that too many wrong codes have locked, and the reason as it was recorded. */
  locked: { item: string; why: string }[];
}

export interface CollectorWaiting extends Base {
  kind: 'collector';
  /** Item id. */
  item: string;
  id: string;
  driver: CollectorDriver;
  recipient: string;
  stage: 'not-ready' | 'code-sent' | 'by-hand';
  challenge?: Challenge;
  /** Fresh codes that were sent for the deletion under way. */
  resends: number;
  /** ISO; until when the run waits for somebody at all: a code's own end may be sooner. */
  deadline: string;
  until: string;
}

export interface TimeWaiting extends Base {
  kind: 'time';
  until: string;
  /** `soak`: the pilot is watched before the rest; `window`: the next change window opens. */
  of: 'soak' | 'window';
}

/** Things are denied or disabled; until the time is over they can be lifted. */
export interface QuarantineWaiting extends Base {
  kind: 'quarantine';
  until: string;
}

/** A worker with what this one lacks: the run's records, credentials that still hold, the same policy. */
export interface WorkerWaiting extends Base {
  kind: 'worker';
  what: string;
  where: string;
  mend: string;
  /** Heads, where the records are others than those of the run: as it left them, and as they are. */
  expected?: RecordsHead;
  found?: RecordsHead;
}

/** Who asks: the run's workflow id, its approvers but whoever started it, and whether an amended plan may follow. */
export interface Asking {
  run: string;
  approvers: string;
  amendable: boolean;
}

const DECIDE = ['--by', 'NAME', '--reason', 'TEXT'];

export function gateWaiting(open: OpenGate, { run, approvers }: Asking, pending?: Pending): GateWaiting {
  const words = [run, '--gate', open.gate, '--plan-hash', open.planHash, ...DECIDE];
  // Who approves has read the plan.
  const next = [step('plan', run), step('approve', ...words), step('reject', ...words)];
  return { kind: 'gate', open, ...(pending ? { pending } : {}), whom: approvers, until: open.expiresAt, next };
}

/** `waivable`: whether there is anything among them that may be left in place. */
export function itemsWaiting(
  { items, locked, waivable }: Pick<ItemsWaiting, 'items' | 'locked'> & { waivable: boolean },
  until: string,
  asking: Asking,
): ItemsWaiting {
  const amend = asking.amendable ? (['amend'] as const) : [];
  const commands = waivable ? (['waive', 'retry', ...amend] as const) : ([...amend, 'retry'] as const);
  const next = commands.map((command) => step(command, asking.run, ...DECIDE));
  return { kind: 'items', items, locked, whom: asking.approvers, until, next };
}

/** Nobody can do anything about it but wait, or stop. */
export function timeWaiting(of: TimeWaiting['of'], until: string, { run }: Asking): TimeWaiting {
  return { kind: 'time', of, whom: 'nobody', until, next: [step('watch', run)] };
}

/** Nothing need be done; whoever misses something gives it back. */
export function quarantineWaiting(until: string, { run }: Asking): QuarantineWaiting {
  return { kind: 'quarantine', whom: 'nobody', until, next: [step('lift', run, ...DECIDE)] };
}

/** Whoever runs the workers does what `mend` says; the run goes on by itself then. */
export function workerWaiting(trouble: RecordsTrouble, { run }: Asking): WorkerWaiting {
  const next = trouble.found ? [step('records', 'accept', run, ...DECIDE)] : [step('status', run)];
  return { kind: 'worker', ...trouble, whom: 'whoever runs the workers', next };
}

/** What is known of a collector beside what follows from its stage. */
type KnownCollector = Omit<CollectorWaiting, 'kind' | 'whom' | 'until' | 'next'>;

export function collectorWaiting(facts: KnownCollector, { run }: Asking): CollectorWaiting {
  const { challenge, ...known } = facts;
  const { id, driver, recipient, stage, deadline } = known;
  const attested = stage === 'by-hand' && driver !== 'operator';
  const [by, statement] = attested ? ['NAME', 'TEXT'] : [recipient, DELETED_MESSAGE];
  const steps = {
    'not-ready': [step('ready', run, id, '--by', recipient)],
    'code-sent': [step('otp', run, id, '--by', recipient), step('resend-otp', run, id, '--by', recipient)],
    'by-hand': [step('confirm', run, id, '--by', by, '--statement', statement)],
  };
  const whom = attested ? 'an approver' : recipient;
  const sent = stage === 'code-sent' ? challenge : undefined;
  const until = sent?.expiresAt ?? deadline;
  return { ...known, kind: 'collector', ...(sent ? { challenge: sent } : {}), whom, until, next: steps[stage] };
}

/** A collector that is waited for, as the run answers about it. */
export function collectorView({ item, id, driver, recipient, stage, challenge }: CollectorWaiting): CollectorView {
  return { item, id, driver, recipient, stage, ...(challenge ? { challenge } : {}) };
}

/** The members of one kind, typed as such. */
export function awaited<K extends Waiting['kind']>(waiting: readonly Waiting[], kind: K): Extract<Waiting, { kind: K }>[] {
  return waiting.filter((w): w is Extract<Waiting, { kind: K }> => w.kind === kind);
}
