import { ApplicationFailure } from '@temporalio/workflow';
import { gateVerdict, type GateDecision } from '../model/decision.ts';
import { FAILURES, type ErrorCode } from '../model/errors.ts';
import { RUN, step, type NextStep } from '../model/next-step.ts';
import { GATES } from '../model/names.ts';
import type { AmendMessage, GateMessage, ItemsMessage, LiftMessage, OtpMessage, PauseMessage } from './messages.ts';
import type { Run } from './run.ts';

/** What a validator refuses before anything is written to history. Each throws Refused with an ErrorCode and next steps in its details. */

export function refuse(code: ErrorCode, message: string, ...next: readonly NextStep[]): never {
  throw ApplicationFailure.nonRetryable(message, FAILURES.refused, code, next);
}

/** The fields every message needs, as text that is not empty. */
export function needTexts(message: unknown, ...fields: string[]): void {
  const record = typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : {};
  for (const field of fields) {
    const value = record[field];
    if (typeof value !== 'string' || value.trim() === '') refuse('InvalidValue', `${field}: is missing; write it as text`);
  }
}

export function checkGateMessage(run: Run, kind: GateDecision['kind'], message: GateMessage): void {
  needTexts(message, 'gate', 'planHash', 'by', 'reason');
  if (!GATES.includes(message.gate)) refuse('InvalidValue', `gate: ${String(message.gate)} is no gate; write ${GATES.join(' or ')}`);
  const open = run.gateOutcome ? undefined : run.gate;
  const verdict = gateVerdict({ ...message, kind }, open, new Date());
  if (!verdict.ok) refuse(verdict.code, verdict.message, ...(verdict.next ?? []));
}

export function checkItemsMessage(run: Run, message: ItemsMessage): void {
  needTexts(message, 'by', 'reason');
  if (!run.settling)
    refuse('ItemsMismatch', 'items: no item waits for a decision now; look at what the run waits for', step('status', RUN));
  const { count, hash, only } = message.items ?? {};
  if (!Number.isInteger(count) || typeof hash !== 'string' || (only !== undefined && !Array.isArray(only))) {
    refuse('InvalidValue', 'items: name them by count and hash');
  }
}

export function checkPauseMessage(run: Run, kind: 'pause' | 'resume', message: PauseMessage): void {
  needTexts(message, 'by');
  if (run.paused !== (kind === 'pause')) return;
  if (kind === 'resume') refuse('NotAllowed', 'resume: the run is not paused');
  refuse('NotAllowed', 'pause: the run is paused already; resuming lets it go on', step('resume', RUN, '--by', 'NAME'));
}

export function checkCancelMessage(message: PauseMessage): void {
  needTexts(message, 'by');
}

/** Giving back is for the time of watching: before, nothing is in quarantine yet; after, things are being removed. */
export function checkLiftMessage(run: Run, message: LiftMessage): void {
  needTexts(message, 'by', 'reason');
  const { items } = message;
  if (items !== undefined && (!Array.isArray(items) || items.length === 0))
    refuse('InvalidValue', 'items: is not a list of item ids; leave it out to lift everything');
  if (!run.watching || run.lifted !== undefined)
    refuse(
      'NotAllowed',
      'lift: no quarantine is being watched now; cancelling stops the run and gives back what is in quarantine',
      step('cancel', RUN, '--by', 'NAME'),
    );
}

/** Overrides of another shape would stand in the journal, where every later reading of the run takes them in. */
export function checkAmendMessage(run: Run, message: AmendMessage): void {
  needTexts(message, 'by', 'reason');
  if (!run.settling) refuse('NotAllowed', 'amend: nothing unresolved waits; a plan is amended only while items wait for a decision');
  if (!Array.isArray(message.overrides)) refuse('InvalidValue', 'overrides: is not a list; write [] when no guard is to be lifted');
  for (const override of message.overrides) needTexts(override, 'item', 'reason');
}

/** A compact JWE has five parts; anything else may be a code in clear text, which must not reach history. */
const SEALED = /^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/;

export function checkOtpMessage(run: Run, message: OtpMessage): void {
  needTexts(message, 'collector', 'by', 'sealedOtp');
  if (!SEALED.test(message.sealedOtp)) {
    refuse('OtpShape', 'sealedOtp: is not sealed; seal the code to the workers’ key, as the CLI does', step('otp', RUN, message.collector));
  }
  collectorAt(run, message.collector, 'code-sent', 'no code was sent for it; say first that you are ready');
}

/** The collector a message names, when it is at the stage the message needs. */
export function collectorAt(run: Run, id: string, stage: 'not-ready' | 'code-sent' | 'by-hand', otherwise: string) {
  const collector = [...run.collectors.values()].find((c) => c.id === id || c.item === id);
  if (!collector)
    refuse('NotWaitingForCollector', `collector: ${id} is not one the run waits for; look at what it waits for`, step('status', RUN));
  if (collector.stage !== stage) {
    const next = collector.stage === 'not-ready' ? step('ready', RUN, collector.id, '--by', collector.recipient) : step('status', RUN);
    refuse('NotWaitingForCollector', `collector: ${collector.id} is ${collector.stage}; ${otherwise}`, next);
  }
  if (run.paused) refuse('NotWaitingForCollector', 'the run is paused; resume it first', step('resume', RUN, '--by', 'NAME'));
  return collector;
}
