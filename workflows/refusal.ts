import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { FAILURES } from '../model/errors.ts';

/** An activity's refusal as the update's own failure, so that the client sees its message and code; others go on as they are. */
export function refusalOf(error: unknown): unknown {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure) || cause.type !== FAILURES.refused) return error;
  return ApplicationFailure.create({ message: cause.message, type: FAILURES.refused, nonRetryable: true, details: cause.details ?? [] });
}
