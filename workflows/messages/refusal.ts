import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { FAILURES, type ErrorCode } from '../../model/errors.ts';

/** An activity's refusal as the update's own failure, so that the client sees its message and code; others go on as they are. */
export function refusalOf(error: unknown): unknown {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (cause instanceof TimeoutFailure) return refusal('CloudUnavailable', [], 'no answer came in time; try again');
  if (!(cause instanceof ApplicationFailure)) return error;
  if (cause.type === FAILURES.refused) return refusal(undefined, cause.details ?? [], cause.message);
  if (cause.type === FAILURES.cloudUnavailable) return refusal('CloudUnavailable', [], `${cause.message}; try again`);
  return error;
}

function refusal(code: ErrorCode | undefined, details: unknown[], message: string): ApplicationFailure {
  return ApplicationFailure.create({ message, type: FAILURES.refused, nonRetryable: true, details: code ? [code] : details });
}
