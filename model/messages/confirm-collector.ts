import { samePerson } from '../identity/person.ts';
import type { CollectorMessage } from './collector.ts';
import type { DecisionKind } from './decision-kind.ts';
import { restOn } from './rest-on.ts';
import { mayDecide } from './judging.ts';

/** A person's word that a collector configuration is gone. */
export type ConfirmMessage = CollectorMessage & { statement: string; ticket?: string };

/**
 * `confirm`: seen deleted in the portal, in the portal's own words, by whoever gets its mail or an approver. `attest`: said by an approver
 * where the portal is retired; `statement` is what that rests on. The activity finds out which of the two it is.
 */
export type ConfirmDecision = ConfirmMessage & { kind: 'confirm' };
export type AttestDecision = ConfirmMessage & { kind: 'attest' };
export type CollectorDecision = ConfirmDecision | AttestDecision;

const fold: DecisionKind<CollectorDecision>['fold'] = (decided, decision, _items, { at }) => {
  const { collector, by, statement } = decision;
  decided.confirmed.set(collector, { by, statement });
  restOn(decided, collector, { said: decision, at });
};

export const confirm: DecisionKind<ConfirmDecision> = {
  judge: ({ by, statement }, context) =>
    context.recipient !== undefined && samePerson(by, context.recipient) ? { ok: true } : mayDecide(by, statement, context),
  fold,
  words: ({ collector }) => `confirm ${collector}`,
};

export const attest: DecisionKind<AttestDecision> = {
  judge: ({ by, statement }, context) => mayDecide(by, statement, context),
  fold,
  words: ({ collector }) => `attest ${collector}`,
};
