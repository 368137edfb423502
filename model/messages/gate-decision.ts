import { gateKey, type Decided } from '../decided.ts';
import type { GateMessage } from '../gate.ts';

/** Of an opening one decision counts. Returns the gate it was about, where the ledger knows it. */
export function foldGate(decided: Decided, { gate, opening }: GateMessage) {
  const known = decided.gates.get(gateKey(gate, opening));
  if (known) known.decided = true;
  return known;
}

export function gateWords(kind: string, { gate, opening, planHash }: GateMessage): string {
  return `${kind} gate ${gate}, opening ${opening}, plan ${planHash}`;
}
