import { ApplicationFailure } from '@temporalio/common';
import { FAILURES, OffboardError, type ErrorCode, type FailureClass } from '../model/errors.ts';
import type { NextStep } from '../model/next-step.ts';

/** The only failures activities throw. Messages name the thing and the reason, never a credential. */

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

/** Lets an activity's user errors fail it at once; everything else is tried again by Temporal. */
export async function asFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OffboardError) throw ApplicationFailure.nonRetryable(error.message, FAILURES.invalid, error.code, error.next);
    throw error;
  }
}

/** A failure class in words. */
export function failureMessage(failure: FailureClass): string {
  return failure.kind === 'gone' ? 'not found' : `${failure.code}: ${failure.message}`;
}
