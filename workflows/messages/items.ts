import type { ItemsMessage } from '../../model/messages/item-decision.ts';
import { LOOK } from '../../model/verdict.ts';
import type { Run } from '../run.ts';
import { areTexts, needTexts, refuse } from './refusal.ts';

/** Items are decided about only while they wait for it. Throws Refused. */
export function checkItemsMessage(run: Run, message: ItemsMessage): void {
  needTexts(message, 'by', 'reason');
  if (run.waits.of('items').length === 0)
    refuse('ItemsMismatch', 'items: no item waits for a decision now; look at what the run waits for', LOOK);
  const { count, hash, only } = message.items ?? {};
  if (!Number.isInteger(count) || typeof hash !== 'string' || (only !== undefined && !areTexts(only))) {
    refuse('InvalidValue', 'items: name them by count and hash');
  }
}
