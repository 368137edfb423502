import { defineUpdate, setHandler } from '@temporalio/workflow';
import type { ItemsMessage } from '../../model/messages/item-decision.ts';
import type { Run } from '../run.ts';
import { decided } from './decided.ts';
import { checkItemsMessage } from './items.ts';

/** Answers with the ids decided about. */
export const retry = defineUpdate<string[], [ItemsMessage]>('retry');

export function handleRetry(run: Run): void {
  const validator = (message: ItemsMessage) => checkItemsMessage(run, message);
  const description = 'Try unresolved items again: {items: {count, hash, only?}, by, reason}';
  const work = async (message: ItemsMessage): Promise<string[]> =>
    (await decided(run, { ...message, kind: 'retry' }, validator, ({ items }) => items.forEach((item) => run.asked.retry.add(item)))).items;
  setHandler(retry, work, { validator, description });
}
