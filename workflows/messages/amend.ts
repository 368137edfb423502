import { defineUpdate, setHandler } from '@temporalio/workflow';
import type { AmendMessage } from '../../model/messages/amend.ts';
import type { Run } from '../run.ts';
import { decided } from './decided.ts';
import { needTexts, refuse } from './refusal.ts';

export const amend = defineUpdate<void, [AmendMessage]>('amend');

export function handleAmend(run: Run): void {
  const validator = (message: AmendMessage) => checkAmendMessage(run, message);
  const description = 'Discover again and ask for approval of an amended plan: {by, reason, overrides}';
  const work = async (message: AmendMessage): Promise<void> => {
    await decided(run, { ...message, kind: 'amend' }, validator, () => void (run.asked.amend = true));
  };
  setHandler(amend, work, { validator, description });
}

/** Overrides of another shape would stand in the journal, where every later reading of the run takes them in. */
function checkAmendMessage(run: Run, message: AmendMessage): void {
  needTexts(message, 'by', 'reason');
  if (run.waits.of('items').length === 0)
    refuse('NotAllowed', 'amend: nothing unresolved waits; a plan is amended only while items wait for a decision');
  if (!Array.isArray(message.overrides)) refuse('InvalidValue', 'overrides: is not a list; write [] when no guard is to be lifted');
  for (const override of message.overrides) needTexts(override, 'item', 'reason');
}
