import { gateVerdict } from '../../model/gate.ts';
import type { GateMessage } from '../../model/gate.ts';
import { GATES } from '../../model/names.ts';
import type { Pending } from '../../model/quorum.ts';
import { gateWaiting } from '../../model/waiting.ts';
import type { Run } from '../run.ts';
import { needTexts, refuse } from './refusal.ts';

/** The gate that a decision names must be the open one, with the plan it names. Throws Refused. */
export function checkGateMessage(run: Run, message: GateMessage): void {
  needTexts(message, 'gate', 'planHash', 'by', 'reason');
  if (!GATES.includes(message.gate)) refuse('InvalidValue', `gate: ${String(message.gate)} is no gate; write ${GATES.join(' or ')}`);
  const verdict = gateVerdict(message, run.waits.of('gate')[0]?.open, new Date());
  if (!verdict.ok) refuse(verdict.code, verdict.message, ...(verdict.next ?? []));
}

/** One more approval is there, and others must follow. */
export function awaitMore(run: Run, { gate, opening }: GateMessage, pending: Pending): void {
  const open = run.waits.of('gate')[0]?.open;
  if (open?.gate === gate && open.opening === opening) run.waitFor(gateWaiting(open, run.asking, pending));
}

/** The gate is decided about, where it is still the open one. */
export function passOn(run: Run, { gate, opening }: GateMessage, outcome: 'approved' | 'rejected'): void {
  const open = run.waits.of('gate')[0]?.open;
  if (open?.gate !== gate || open.opening !== opening) return;
  run.gateOutcome = outcome;
  run.waitNoMore('gate');
}
