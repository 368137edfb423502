import type { DecisionKind } from './decision-kind.ts';
import { RUN, step } from '../next-step.ts';
import { refuse, type Verdict } from '../verdict.ts';
import { restOn } from './rest-on.ts';
import { itemsWords, judgeItems, type ItemsMessage } from './item-decision.ts';
import type { DecisionContext } from './judging.ts';

/**
 * Leaves unresolved items in place; the run goes on without them. `keep`: they go on working, so what they need stays, too. `leave`: they stay as orphans
 * and may stop working, and what they need goes on. Absent: what the guard of each says (`Outcome.keeps`).
 */
export type WaiveMessage = ItemsMessage & { means?: Means };

export const MEANS = ['keep', 'leave'] as const;
export type Means = (typeof MEANS)[number];

export type WaiveDecision = WaiveMessage & { kind: 'waive' };

/** Why these cannot be waived, and what to do instead. */
export function notSignedInWords(items: readonly string[]): string {
  return `items: ${items.join(', ')}: the worker could not sign in, which says nothing about them, so there is nothing to waive; mend the sign-in, then amend the plan or try again`;
}

export const waive: DecisionKind<WaiveDecision> = {
  judge(decision, context: DecisionContext): Verdict {
    const verdict = judgeItems(decision, context);
    const { notSignedIn = [] } = context;
    if (!verdict.ok || notSignedIn.length === 0) return verdict;
    return refuse('NotAllowed', notSignedInWords(notSignedIn), step('amend', RUN, '--by', 'NAME', '--reason', 'TEXT'));
  },
  fold(decided, decision, items, { kept, at }) {
    const { by, reason } = decision;
    for (const item of items) {
      const keeps = kept[item];
      decided.waived.set(item, { by, reason, ...(keeps ? { keeps } : {}) });
      restOn(decided, item, { said: decision, at });
    }
  },
  words: (decision, items) => `${itemsWords('waive', decision, items)}${decision.means ? `, ${decision.means}` : ''}`,
};
