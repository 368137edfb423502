import { defineUpdate, setHandler } from '@temporalio/workflow';
import { MEANS, type WaiveMessage } from '../../model/messages/waive.ts';
import type { Run } from '../run.ts';
import { decided } from './decided.ts';
import { checkItemsMessage } from './items.ts';
import { refuse } from './refusal.ts';

/** Answers with the ids decided about. */
export const waive = defineUpdate<string[], [WaiveMessage]>('waive');

export function handleWaive(run: Run): void {
  const validator = (message: WaiveMessage) => {
    checkItemsMessage(run, message);
    const { means } = message;
    if (means !== undefined && !MEANS.includes(means)) refuse('InvalidValue', `means: ${String(means)} is neither keep nor leave`);
  };
  const description = 'Leave unresolved items in place and go on: {items: {count, hash, only?}, by, reason, means?: keep | leave}';
  const work = async (message: WaiveMessage): Promise<string[]> =>
    (await decided(run, { ...message, kind: 'waive' }, validator, ({ items }) => run.waive(items))).items;
  setHandler(waive, work, { validator, description });
}
