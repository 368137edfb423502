import type { RecordsHead } from '../records-head.ts';
import type { Proof } from '../statement/statement.ts';
import type { DecisionKind } from './decision-kind.ts';
import { mayDecide } from './judging.ts';

/** Accepts that records of the run are lost: `from` is the head it had left, `to` the one that is there. */
export interface AcceptRecordsMessage {
  by: string;
  reason: string;
  from: RecordsHead;
  to: RecordsHead;
  ticket?: string;
  proof?: Proof;
}

export type AcceptRecordsDecision = AcceptRecordsMessage & { kind: 'accept-records' };

export const acceptRecords: DecisionKind<AcceptRecordsDecision> = {
  judge: ({ by, reason }, context) => mayDecide(by, reason, context),
  fold: (decided) => void (decided.recordsLost = true),
  words: ({ from, to }) =>
    `go on from record ${to.seq} (${to.hash.slice(0, 12)}), though the run had written ${from.seq} (${from.hash.slice(0, 12)}): what is lost is known to nobody`,
};
