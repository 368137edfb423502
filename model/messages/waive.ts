import type { DecisionKind } from './decision-kind.ts';
import { itemsWords, judgeItems, type ItemsMessage } from './item-decision.ts';

/**
 * Leaves unresolved items in place; the run goes on without them. `keep`: they go on working, so what they need stays, too. `leave`: they stay as orphans
 * and may stop working, and what they need goes on. Absent: what the guard of each says (`Outcome.keeps`).
 */
export type WaiveMessage = ItemsMessage & { means?: Means };

export const MEANS = ['keep', 'leave'] as const;
export type Means = (typeof MEANS)[number];

export type WaiveDecision = WaiveMessage & { kind: 'waive' };

export const waive: DecisionKind<WaiveDecision> = {
  judge: judgeItems,
  fold(decided, { by, reason }, items, _expiresAt, kept) {
    for (const item of items) {
      const keeps = kept[item];
      decided.waived.set(item, { by, reason, ...(keeps ? { keeps } : {}) });
    }
  },
  words: (decision, items) => `${itemsWords('waive', decision, items)}${decision.means ? `, ${decision.means}` : ''}`,
};
