import { CancellationScope, defineSignal, setHandler } from '@temporalio/workflow';
import type { NamedMessage } from '../../model/messages/pause.ts';
import type { Run } from '../run.ts';
import { decided } from './decided.ts';
import { fromSignal } from './from-signal.ts';
import { needTexts } from './refusal.ts';

/** Says who cancels the run; sent before its cancellation, which Temporal keeps without a name. */
export const cancelledBy = defineSignal<[NamedMessage]>('cancelledBy');

export function handleCancelledBy(run: Run): void {
  const check = (message: NamedMessage) => needTexts(message, 'by');
  /** The cancellation itself follows on its heels and must not stop its own record. */
  const work = (message: NamedMessage) =>
    CancellationScope.nonCancellable(async () => {
      run.cancelledBy = message.by;
      // Before its journal begins there is nothing to write into; the run's end still says who.
      if (run.started) run.cancelProved = (await decided(run, { ...message, kind: 'cancel' })).proved;
    });
  setHandler(cancelledBy, fromSignal(run, 'cancel', check, work), { description: 'Who is about to cancel the run: {by}' });
}
