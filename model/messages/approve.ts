import { gateVerdict, type GateMessage } from '../gate.ts';
import type { DecisionKind } from './decision-kind.ts';
import { foldGate, gateWords } from './gate-decision.ts';
import { mayDecide } from './judging.ts';

/** Approves the plan that waits at a gate, for as long as the manifest's `waits.approvalValid`. */
export type ApproveDecision = GateMessage & { kind: 'approve' };

export const approve: DecisionKind<ApproveDecision> = {
  judge(decision, context) {
    const open = gateVerdict(decision, context.gate, context.now);
    return open.ok ? mayDecide(decision.by, decision.reason, context) : open;
  },
  fold(decided, decision, _items, { expiresAt, at }) {
    const gate = foldGate(decided, decision);
    if (gate && expiresAt !== undefined) gate.approval = { decision, at, expiresAt };
  },
  words: (decision) => gateWords('approve', decision),
};
