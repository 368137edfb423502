import { ApplicationFailure } from '@temporalio/workflow';
import { FAILURES, type ErrorCode } from '../model/errors.ts';
import type { Identity } from '../model/identity/how.ts';
import { LOOK } from '../model/verdict.ts';
import { refuse } from './messages/refusal.ts';

/** How the worker's policy knows who says something, once the run has begun. */
let identity: Identity | undefined;

export function knowIdentity(known: Identity): void {
  identity = known;
}

/**
 * Checks a message before it is judged. Nobody has proved to be somebody by then: where the policy demands that, a refusal tells its code, and neither hashes
 * nor names. Whoever may read the run's status finds there what it waits for.
 */
export function untold<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (identity === undefined || identity === 'asserted') throw error;
    if (!(error instanceof ApplicationFailure) || error.type !== FAILURES.refused) throw error;
    refuse(
      (error.details?.[0] ?? 'NotAllowed') as ErrorCode,
      'the message does not fit what the run waits for now; look at its status',
      LOOK,
    );
  }
}
