import { gateKey } from '../decided.ts';
import { gateVerdict, type GateMessage } from '../gate.ts';
import { samePerson } from '../identity/person.ts';
import type { DecisionKind } from './decision-kind.ts';
import { gateWords } from './gate-decision.ts';
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
  fold(decided, { gate, opening }) {
    const known = decided.gates.get(gateKey(gate, opening));
    if (known) known.decided = 'rejected';
  },
  words: (decision) => gateWords('reject', decision),
};
