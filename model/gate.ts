import type { Gate } from './names.ts';
import { RUN, step } from './next-step.ts';
import type { Proof } from './statement/statement.ts';
import { LOOK, refuse, type Verdict } from './verdict.ts';

/** A gate that waits for a decision about a plan. `planHash` in hex; `opening` counts a gate's openings from 1; times in ISO. */
export interface OpenGate {
  gate: Gate;
  opening: number;
  planHash: string;
  openedAt: string;
  expiresAt: string;
}

/** What an approver says of a gate. `planHash` in hex; `opening` counts a gate's openings from 1. */
export interface GateMessage {
  gate: Gate;
  opening: number;
  planHash: string;
  by: string;
  reason: string;
  ticket?: string;
  proof?: Proof;
}

export type GateOutcome = 'approved' | 'rejected' | 'expired';

/** Pure: is the gate that a decision names the one that is open, in time, with the plan it names? */
export function gateVerdict(named: Pick<OpenGate, 'gate' | 'opening' | 'planHash'>, gate: OpenGate | undefined, now: Date): Verdict {
  if (!gate || gate.gate !== named.gate || gate.opening !== named.opening) {
    const open = gate ? `open is gate ${gate.gate}, opening ${gate.opening}` : 'no gate is open';
    const message = `gate: ${named.gate}, opening ${named.opening}, is not open (${open}); look at what the run waits for`;
    return refuse('GateNotOpen', message, LOOK);
  }
  if (now >= new Date(gate.expiresAt)) {
    return refuse('GateExpired', `gate: ${gate.gate} closed at ${gate.expiresAt}; start a new run`);
  }
  if (gate.planHash !== named.planHash) {
    const message = `planHash: ${named.planHash} is not the plan that waits (${gate.planHash}); read the plan again`;
    return refuse('PlanHashMismatch', message, step('plan', RUN));
  }
  return { ok: true };
}
