import type { DecisionKind } from './decision-kind.ts';
import { itemsWords, judgeItems, type ItemsMessage } from './item-decision.ts';

/** Leaves unresolved items in place; the run goes on without them. */
export type WaiveDecision = ItemsMessage & { kind: 'waive' };

export const waive: DecisionKind<WaiveDecision> = {
  judge: judgeItems,
  fold(decided, { by, reason }, items) {
    for (const item of items) decided.waived.set(item, { by, reason });
  },
  words: (decision, items) => itemsWords('waive', decision, items),
};
