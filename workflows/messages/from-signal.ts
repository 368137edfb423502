import { ActivityFailure, isCancellation, TemporalFailure } from '@temporalio/workflow';
import { messageOf } from '../../model/errors.ts';
import { visible } from '../../model/visible.ts';
import type { Run } from '../run.ts';

/** A signal cannot be answered, and must never fail the run: what is wrong with it shows in the status. */
export function fromSignal<T>(run: Run, kind: string, check: (message: T) => void, work: (message: T) => Promise<unknown>) {
  return async (message: T): Promise<void> => {
    try {
      check(message);
      await work(message);
    } catch (error) {
      // The run itself was cancelled meanwhile: it ends in its own way, with its evidence.
      if (isCancellation(error)) return;
      // What is no failure of Temporal's is a fault of ours, which the next release may mend.
      if (!(error instanceof TemporalFailure)) throw error;
      const told = error instanceof ActivityFailure && error.cause ? error.cause : error;
      run.lastRefusal = `${kind}: ${visible(messageOf(told))}`;
      run.show();
    }
  };
}
