import { gateKey } from '../decided.ts';
import { gateVerdict, type GateMessage } from '../gate.ts';
import { saidBySame } from '../statement/proof.ts';
import { refuse } from '../verdict.ts';
import type { DecisionKind } from './decision-kind.ts';
import { gateWords } from './gate-decision.ts';
import { mayDecide } from './judging.ts';

/** Approves the plan that waits at a gate, for as long as the manifest's `waits.approvalValid`. */
export type ApproveDecision = GateMessage & { kind: 'approve' };

export const approve: DecisionKind<ApproveDecision> = {
  judge(decision, context) {
    const open = gateVerdict(decision, context.gate, context.now);
    if (!open.ok) return open;
    const { by, reason } = decision;
    const before = context.gate?.approvals?.some((a) => saidBySame(a.decision, decision));
    return before ? refuse('NotAllowed', `by: ${by} has approved already; another approver must, too`) : mayDecide(by, reason, context);
  },
  fold(decided, decision, _items, { expiresAt, pending, at, admission }) {
    const gate = decided.gates.get(gateKey(decision.gate, decision.opening));
    if (!gate || expiresAt === undefined) return;
    (gate.approvals ??= []).push({ decision, at, expiresAt, ...(admission ? { admission } : {}) });
    if (!pending) gate.decided = 'approved';
  },
  words: (decision) => gateWords('approve', decision),
};
