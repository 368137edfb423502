import type { Proof } from '../statement/statement.ts';
import { LOOK, refuse } from '../verdict.ts';
import type { DecisionKind } from './decision-kind.ts';
import { isStarterOrApprover, saysWhy } from './judging.ts';
import { restOn } from './rest-on.ts';

/** Gives back what is in quarantine, and leaves it in place. */
export interface LiftMessage {
  by: string;
  reason: string;
  /** Item ids, with what they need; everything in quarantine, and the run ends, when absent. */
  items?: string[];
  proof?: Proof;
}

/** Giving back what was only denied must not wait for a second pair of eyes: whoever started the run may, and each approver. */
export type LiftDecision = LiftMessage & { kind: 'lift' };

export const lift: DecisionKind<LiftDecision> = {
  stops: true,
  judge({ items, by, reason }, context) {
    const quarantined = context.quarantined ?? [];
    const stranger = items?.find((id) => !quarantined.includes(id));
    if (stranger !== undefined) return refuse('ItemsMismatch', `items: ${stranger} is not in quarantine; look at what is`, LOOK);
    if (quarantined.length === 0) return refuse('ItemsMismatch', 'items: nothing is in quarantine');
    const known = isStarterOrApprover(by, context);
    return known.ok ? saysWhy(reason) : known;
  },
  fold(decided, decision, items, { at }) {
    const { by, reason } = decision;
    for (const item of items) {
      decided.waived.set(item, { by, reason, keeps: 'way' });
      restOn(decided, item, { said: decision, at });
    }
  },
  words: (_decision, items) => `lift the quarantine${items === undefined ? '' : ` of ${items.join(', ')}`}`,
};
