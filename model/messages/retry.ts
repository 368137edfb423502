import type { DecisionKind } from './decision-kind.ts';
import { itemsWords, judgeItems, type ItemsMessage } from './item-decision.ts';

/** Has unresolved items tried again. */
export type RetryDecision = ItemsMessage & { kind: 'retry' };

export const retry: DecisionKind<RetryDecision> = {
  judge: judgeItems,
  fold(decided, _decision, items) {
    for (const item of items) decided.waived.delete(item);
  },
  words: (decision, items) => itemsWords('retry', decision, items),
};
