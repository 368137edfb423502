import { Context } from '@temporalio/activity';
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { FAILURES, messageOf, OffboardError, type ErrorCode, type FailureClass } from '../model/errors.ts';
import { isSignInCode } from '../model/sign-in.ts';
import type { NextStep } from '../model/next-step.ts';
import type { RecordsTrouble } from '../model/records-head.ts';
import { troubleIn } from './records/head.ts';

/**
 * The only failures activities throw. Messages name the thing and the reason, never a credential. What a cloud throws is judged by its
 * classifier and becomes a value before it gets here.
 */

export function cloudUnavailable(message: string, retryAfterMs?: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURES.cloudUnavailable,
    message,
    ...(retryAfterMs === undefined ? {} : { nextRetryDelay: retryAfterMs }),
  });
}

export function notAuthorized(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, FAILURES.notAuthorized);
}

export function refused(code: ErrorCode, message: string, next: readonly NextStep[] = []): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, FAILURES.refused, code, next);
}

/** The records are not those of the run, or cannot be asked now. `again`: whoever waits for them asks again soon, for as long as it takes. */
export function recordsFailure(trouble: RecordsTrouble, { again = false }: { again?: boolean } = {}): ApplicationFailure {
  const { what, where, mend } = trouble;
  const message = `${what}${what.includes(where) ? '' : ` (${where})`}; ${mend}`;
  const soon = again ? { nextRetryDelay: '2s' as const } : {};
  return ApplicationFailure.create({ type: FAILURES.records, message, nonRetryable: !again, details: [trouble], ...soon });
}

/** What should not be: records that contradict each other, or the program itself. Tried again: the disk, or the next release, may mend it. */
export function fault(message: string, cause?: unknown): ApplicationFailure {
  return ApplicationFailure.create({ type: FAILURES.fault, message, ...(cause instanceof Error ? { cause } : {}) });
}

/** Lets an activity's user errors fail it at once; what else is no failure of the above is a fault. `where`: the records it works with; `again` as of `recordsFailure`. */
export async function asFailure<T>(where: string, work: () => Promise<T>, waits: { again?: boolean } = {}): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TemporalFailure) throw error;
    if (error instanceof OffboardError) throw ApplicationFailure.nonRetryable(error.message, FAILURES.invalid, error.code, error.next);
    const trouble = troubleIn(error, where);
    throw trouble ? recordsFailure(trouble, waits) : fault(messageOf(error), error);
  }
}

const LONGEST_PAUSE_MS = 30_000;

/**
 * Has Temporal wait twice as long after each try that failed, up to half a minute. It is said here since after a worker's death, of which nobody says anything, what it had in hand is
 * to be taken on again soon, however often that was tried before.
 */
export async function pausing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || error.nonRetryable || error.nextRetryDelay !== undefined) throw error;
    const { attempt } = Context.current().info;
    throw ApplicationFailure.fromError(error, { nextRetryDelay: Math.min(2 ** (attempt - 1) * 1_000, LONGEST_PAUSE_MS) });
  }
}

/** Whether the worker's own sign-in failed: then nobody is told to leave out, or to waive, what could not be seen for that alone. */
export function failedToSignIn({ code }: FailureClass): boolean {
  return isSignInCode(code);
}

/** A failure class in words. */
export function failureMessage(failure: FailureClass): string {
  const { code, message } = failure;
  return message.startsWith(`${code}: `) ? message : `${code}: ${message}`;
}
