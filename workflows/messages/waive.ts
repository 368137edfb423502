import { defineUpdate, setHandler } from '@temporalio/workflow';
import type { ItemsMessage } from '../../model/messages/item-decision.ts';
import type { Run } from '../run.ts';
import { decided } from './decided.ts';
import { checkItemsMessage } from './items.ts';

/** Answers with the ids decided about. */
export const waive = defineUpdate<string[], [ItemsMessage]>('waive');

export function handleWaive(run: Run): void {
  const validator = (message: ItemsMessage) => checkItemsMessage(run, message);
  const description = 'Leave unresolved items in place and go on: {items: {count, hash, only?}, by, reason}';
  const work = (message: ItemsMessage): Promise<string[]> =>
    decided(run, { ...message, kind: 'waive' }, validator, (items) => run.waive(items));
  setHandler(waive, work, { validator, description });
}
