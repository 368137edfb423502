import { defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import type { NamedMessage } from '../../model/messages/pause.ts';
import type { Run } from '../run.ts';
import { decided } from './decided.ts';
import { fromSignal } from './from-signal.ts';
import { named } from './pause.ts';
import { needTexts, refuse } from './refusal.ts';

export const resume = defineUpdate<void, [NamedMessage]>('resume');
export const resumeSignal = defineSignal<[NamedMessage?]>('resume');
const description = 'Go on after a pause: {by}';

export function handleResume(run: Run): void {
  const validator = (message: NamedMessage) => {
    needTexts(message, 'by');
    if (!run.paused) refuse('NotAllowed', 'resume: the run is not paused');
  };
  const work = async (message: NamedMessage): Promise<void> => {
    await decided(run, { ...message, kind: 'resume' }, undefined, () => run.resume());
  };
  setHandler(resume, work, { validator, description });
  const signalled = fromSignal(run, 'resume', validator, work);
  setHandler(resumeSignal, (message) => signalled(named(message)), { description });
}
