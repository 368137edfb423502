import { ApplicationFailure, CancellationScope, condition, isCancellation, setHandler } from '@temporalio/workflow';
import type { Decision } from '../model/decision.ts';
import { messageOf } from '../model/errors.ts';
import type { Phase } from '../model/names.ts';
import type { Outcome } from '../model/outcome.ts';
import { recordDecision } from './activities.ts';
import { handleCollectors } from './collector-handlers.ts';
import * as messages from './messages.ts';
import { liftWhat } from './quarantine.ts';
import { refusalOf } from './refusal.ts';
import {
  checkAmendMessage,
  checkCancelMessage,
  checkGateMessage,
  checkItemsMessage,
  checkLiftMessage,
  checkPauseMessage,
} from './shapes.ts';
import type { Run } from './run.ts';

/** Registers every message of docs/messages.md. Called before the workflow's first await, with the state in place. */
export function handleMessages(run: Run): void {
  setHandler(messages.status, () => run.view(), { description: 'Where the run is, what it did, whom it waits for and what to type' });
  handleDecisions(run);
  handleAmend(run);
  handleLift(run);
  handleCollectors(run);
}

/** What can be said to a restore: all but what is about collectors, and no amended plan: another restore takes its place. */
export function handleRestoreMessages(run: Run): void {
  setHandler(messages.status, () => run.view(), { description: 'Where the restore is, what it did, whom it waits for and what to type' });
  handleDecisions(run);
}

function handleDecisions(run: Run): void {
  for (const kind of ['approve', 'reject'] as const) handleGate(run, kind);
  handleItems(run);
  for (const kind of ['pause', 'resume'] as const) handlePause(run, kind);
  handleCancelledBy(run);
}

function handleGate(run: Run, kind: 'approve' | 'reject'): void {
  const check = (message: messages.GateMessage) => checkGateMessage(run, kind, message);
  const decideGate = async (message: messages.GateMessage): Promise<void> => {
    await decide(run, { ...message, kind }, () => check(message));
    if (run.gate?.gate === message.gate && run.gate.opening === message.opening)
      run.gateOutcome ??= kind === 'approve' ? 'approved' : 'rejected';
    run.show();
  };
  const description = `${kind === 'approve' ? 'Approve' : 'Reject'} the plan that waits at a gate: {gate, opening, planHash, by, reason}`;
  setHandler(messages[kind], decideGate, { validator: check, description });
  setHandler(kind === 'approve' ? messages.approveSignal : messages.rejectSignal, fromSignal(run, kind, check, decideGate), {
    description,
  });
}

function handlePause(run: Run, kind: 'pause' | 'resume'): void {
  const check = (message: messages.PauseMessage) => checkPauseMessage(run, kind, message);
  const decidePause = async ({ by }: messages.PauseMessage): Promise<void> => {
    // Stopping is safe and must not wait, not even for its own record; going on waits for the verdict.
    if (kind === 'pause') run.pause();
    await decide(run, { kind, by }, () => {});
    if (kind === 'resume') run.resume();
  };
  const description = kind === 'pause' ? 'Stop between items until resumed: {by}' : 'Go on after a pause: {by}';
  setHandler(messages[kind], decidePause, { validator: check, description });
  const signal = kind === 'pause' ? messages.pauseSignal : messages.resumeSignal;
  setHandler(
    signal,
    fromSignal<messages.PauseMessage | undefined>(
      run,
      kind,
      (m) => check(named(m)),
      (m) => decidePause(named(m)),
    ),
    { description },
  );
}

/** The cancellation itself follows on its heels and must not stop its own record. */
function handleCancelledBy(run: Run): void {
  const check = (message: messages.PauseMessage) => checkCancelMessage(message);
  const work = ({ by }: messages.PauseMessage) =>
    CancellationScope.nonCancellable(async () => {
      run.cancelledBy = by;
      // Before its journal begins there is nothing to write into; the run's end still says who.
      if (run.started) await decide(run, { kind: 'cancel', by }, () => {});
    });
  setHandler(messages.cancelledBy, fromSignal(run, 'cancel', check, work), { description: 'Who is about to cancel the run: {by}' });
}

/** Of a signal sent without a word nobody is known; pausing is allowed even so. */
function named(message: messages.PauseMessage | undefined): messages.PauseMessage {
  return typeof message?.by === 'string' ? message : { by: 'unnamed' };
}

/** A signal cannot be answered, and must never fail the run: what is wrong with it shows in the status. */
function fromSignal<T>(run: Run, kind: string, check: (message: T) => void, work: (message: T) => Promise<void>) {
  return async (message: T): Promise<void> => {
    try {
      check(message);
      await work(message);
    } catch (error) {
      // The run itself was cancelled meanwhile: it ends in its own way, with its evidence.
      if (isCancellation(error)) return;
      if (!(error instanceof ApplicationFailure)) throw error;
      run.lastRefusal = `${kind}: ${messageOf(error)}`;
      run.show();
    }
  };
}

function handleItems(run: Run): void {
  const validator = (message: messages.ItemsMessage) => checkItemsMessage(run, message);
  setHandler(
    messages.waive,
    async (message) => {
      const items = await decide(run, { ...message, kind: 'waive' }, () => validator(message));
      for (const item of items) run.waived.add(item);
      return items;
    },
    { validator, description: 'Leave unresolved items in place and go on: {items: {count, hash, only?}, by, reason}' },
  );
  setHandler(
    messages.retry,
    async (message) => {
      const items = await decide(run, { ...message, kind: 'retry' }, () => validator(message));
      for (const item of items) run.toRetry.add(item);
      return items;
    },
    { validator, description: 'Try unresolved items again: {items: {count, hash, only?}, by, reason}' },
  );
}

function handleAmend(run: Run): void {
  setHandler(
    messages.amend,
    async (message) => {
      await decide(run, { ...message, kind: 'amend' }, () => checkAmendMessage(run, message));
      run.amendRequested = true;
    },
    {
      validator: (message: messages.AmendMessage) => checkAmendMessage(run, message),
      description: 'Discover again and ask for approval of an amended plan: {by, reason, overrides}',
    },
  );
}

function handleLift(run: Run): void {
  const check = (message: messages.LiftMessage) => checkLiftMessage(run, message);
  const liftThem = async (message: messages.LiftMessage): Promise<Outcome[]> => {
    const items = await decide(run, { ...message, kind: 'lift' }, () => check(message));
    for (const item of items) run.waived.add(item);
    if (message.items === undefined) run.lifted = message.by;
    await liftWhat(run, items);
    return items.flatMap((item) => run.outcomes.get(item) ?? []).map(({ phase: _, ...outcome }) => outcome);
  };
  const description = 'Give back what is in quarantine; without items all of it, and the run ends: {by, reason, items?}';
  setHandler(messages.lift, liftThem, { validator: check, description });
  const work = async (message: messages.LiftMessage) => void (await liftThem(message));
  setHandler(messages.liftSignal, fromSignal(run, 'lift', check, work), { description });
}

/**
 * Has a decision judged and recorded; returns the ids it named. Throws Refused with the reason for whoever decided. One after the other:
 * `check` is made again when its turn comes, since the decision before it may have settled what this one is about.
 */
async function decide(run: Run, decision: Decision, check: () => void): Promise<string[]> {
  while (run.deciding) await condition(() => !run.deciding);
  check();
  run.deciding = true;
  try {
    run.lastRefusal = undefined;
    const { items } = await recordDecision({ run: run.id, phase: run.stage as Phase, decision });
    return items;
  } catch (error) {
    throw refusalOf(error);
  } finally {
    run.deciding = false;
  }
}
