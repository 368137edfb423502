import { defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import type { NamedMessage } from '../../model/messages/pause.ts';
import { RUN, step } from '../../model/next-step.ts';
import { visible } from '../../model/visible.ts';
import type { Run } from '../run.ts';
import { decided } from './decided.ts';
import { fromSignal } from './from-signal.ts';
import { needTexts, refuse } from './refusal.ts';

export const pause = defineUpdate<void, [NamedMessage]>('pause');
export const pauseSignal = defineSignal<[NamedMessage?]>('pause');
const description = 'Stop between items until resumed: {by}';

export function handlePause(run: Run): void {
  const validator = (message: NamedMessage) => {
    needTexts(message, 'by');
    if (run.paused) refuse('NotAllowed', 'pause: the run is paused already; resuming lets it go on', step('resume', RUN, '--by', 'NAME'));
  };
  const work = async (message: NamedMessage): Promise<void> => {
    // Stopping is safe, anybody's counts, and it must not wait, not even for its own record.
    run.pause();
    await decided(run, { ...message, kind: 'pause' });
  };
  setHandler(pause, work, { validator, description });
  const signalled = fromSignal(run, 'pause', validator, work);
  setHandler(pauseSignal, (message) => signalled(named(message)), { description });
}

/** Of a signal sent without a word nobody is known; pausing is allowed even so. */
export function named(message: NamedMessage | undefined): NamedMessage {
  return typeof message?.by === 'string' ? { ...message, by: visible(message.by) } : { by: 'unnamed' };
}
