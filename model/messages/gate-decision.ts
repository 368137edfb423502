import type { GateMessage } from '../gate.ts';

export function gateWords(kind: string, { gate, opening, planHash }: GateMessage): string {
  return `${kind} gate ${gate}, opening ${opening}, plan ${planHash}`;
}
