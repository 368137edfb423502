import { samePerson } from '../identity/person.ts';
import type { Proof } from '../statement/statement.ts';
import type { DecisionKind } from './decision-kind.ts';
import { mayDecide } from './judging.ts';

/** Asks for an amended plan. */
export interface AmendMessage {
  by: string;
  reason: string;
  /** Guards that the amended plan lifts, so that its hash covers it. */
  overrides: { item: string; reason: string }[];
  ticket?: string;
  proof?: Proof;
}

/** Approvers and whoever started the run may ask for it; the plan itself is approved as ever. */
export type AmendDecision = AmendMessage & { kind: 'amend' };

export const amend: DecisionKind<AmendDecision> = {
  judge({ by, reason }, context) {
    return samePerson(by, context.startedBy) && reason.trim() ? { ok: true } : mayDecide(by, reason, context);
  },
  fold: (decided, { overrides }) => void decided.overrides.push(...overrides),
  words: ({ overrides }) => `amend the plan${overrides.map((o) => `, lift the guard of ${o.item} (${o.reason})`).join('')}`,
};
