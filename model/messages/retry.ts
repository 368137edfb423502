import type { DecisionKind } from './decision-kind.ts';
import { itemsWords, judgeItems, type ItemsMessage } from './item-decision.ts';

/** Has unresolved items tried again. */
export type RetryDecision = ItemsMessage & { kind: 'retry' };

export const retry: DecisionKind<RetryDecision> = {
  judge: judgeItems,
  fold(decided, _decision, items) {
    for (const item of items) {
      decided.waived.delete(item);
      decided.words.delete(item);
      const reopened = decided.reopened.get(item);
      if (reopened) reopened.retried = true;
    }
  },
  words: (decision, items) => itemsWords('retry', decision, items),
};
