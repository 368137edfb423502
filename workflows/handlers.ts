import { ApplicationFailure, condition, isCancellation, setHandler } from '@temporalio/workflow';
import type { Decision } from '../model/decision.ts';
import { messageOf } from '../model/errors.ts';
import type { Phase } from '../model/names.ts';
import { recordDecision } from './activities.ts';
import { handleCollectors } from './collector-handlers.ts';
import * as messages from './messages.ts';
import { refusalOf } from './refusal.ts';
import { checkAmendMessage, checkGateMessage, checkItemsMessage } from './shapes.ts';
import type { Run } from './run.ts';

/** Registers every message of docs/messages.md. Called before the workflow's first await, with the state in place. */
export function handleMessages(run: Run): void {
  setHandler(messages.status, () => run.view(), { description: 'Where the run is, what it did, whom it waits for and what to type' });
  handleGates(run);
  handleItems(run);
  handleCollectors(run);
  setHandler(messages.pause, () => run.pause(), { description: 'Stop between items until resumed' });
  setHandler(messages.resume, () => run.resume(), { description: 'Go on after a pause' });
}

function handleGates(run: Run): void {
  for (const kind of ['approve', 'reject'] as const) {
    const decideGate = async (message: messages.GateMessage): Promise<void> => {
      await decide(run, { ...message, kind });
      if (run.gate?.gate === message.gate && run.gate.opening === message.opening)
        run.gateOutcome ??= kind === 'approve' ? 'approved' : 'rejected';
      run.show();
    };
    const description = `${kind === 'approve' ? 'Approve' : 'Reject'} the plan that waits at a gate: {gate, opening, planHash, by, reason}`;
    setHandler(messages[kind], decideGate, {
      validator: (message: messages.GateMessage) => checkGateMessage(run, kind, message),
      description,
    });
    // A signal cannot be answered, and must never fail the run: what is wrong with it shows in the status.
    const fromSignal = async (message: messages.GateMessage): Promise<void> => {
      try {
        checkGateMessage(run, kind, message);
        await decideGate(message);
      } catch (error) {
        // The run itself was cancelled meanwhile: it ends in its own way, with its evidence.
        if (isCancellation(error)) return;
        if (!(error instanceof ApplicationFailure)) throw error;
        run.lastRefusal = `${kind}: ${messageOf(error)}`;
        run.show();
      }
    };
    setHandler(kind === 'approve' ? messages.approveSignal : messages.rejectSignal, fromSignal, { description });
  }
}

function handleItems(run: Run): void {
  const validator = (message: messages.ItemsMessage) => checkItemsMessage(run, message);
  setHandler(
    messages.waive,
    async (message) => {
      const items = await decide(run, { ...message, kind: 'waive' });
      for (const item of items) run.waived.add(item);
      return items;
    },
    { validator, description: 'Leave unresolved items in place and go on: {items: {count, hash, only?}, by, reason}' },
  );
  setHandler(
    messages.retry,
    async (message) => {
      const items = await decide(run, { ...message, kind: 'retry' });
      for (const item of items) run.toRetry.add(item);
      return items;
    },
    { validator, description: 'Try unresolved items again: {items: {count, hash, only?}, by, reason}' },
  );
  setHandler(
    messages.amend,
    async (message) => {
      await decide(run, { ...message, kind: 'amend' });
      run.amendRequested = true;
    },
    {
      validator: (message: messages.AmendMessage) => checkAmendMessage(run, message),
      description: 'Discover again and ask for approval of an amended plan: {by, reason, overrides}',
    },
  );
}

/** Has a decision judged and recorded; returns the ids it named. Throws Refused with the reason for whoever decided. */
async function decide(run: Run, decision: Decision): Promise<string[]> {
  // One after the other: of an approval and a rejection at once the second must be told that it came too late.
  await condition(() => !run.deciding);
  run.deciding = true;
  try {
    run.lastRefusal = undefined;
    const { items } = await recordDecision({ run: run.id, manifest: run.facts.manifest, phase: run.stage as Phase, decision });
    return items;
  } catch (error) {
    throw refusalOf(error);
  } finally {
    run.deciding = false;
  }
}
