import { gateVerdict, type GateMessage } from '../gate.ts';
import { samePerson } from '../identity/person.ts';
import type { DecisionKind } from './decision-kind.ts';
import { foldGate, gateWords } from './gate-decision.ts';
import { mayDecide } from './judging.ts';

/** Rejects the plan that waits at a gate; the run then ends safely. Whoever started the run may, too. */
export type RejectDecision = GateMessage & { kind: 'reject' };

export const reject: DecisionKind<RejectDecision> = {
  stops: true,
  judge(decision, context) {
    const open = gateVerdict(decision, context.gate, context.now);
    if (!open.ok || samePerson(decision.by, context.startedBy)) return open;
    return mayDecide(decision.by, decision.reason, context);
  },
  fold: (decided, decision) => void foldGate(decided, decision),
  words: (decision) => gateWords('reject', decision),
};
