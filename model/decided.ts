import type { GateOutcome, OpenGate } from './gate.ts';
import type { Gate } from './names.ts';

/** The part of the ledger that decisions fill: what people allowed, left in place and confirmed. */
export interface Decided {
  gates: Map<string, OpenGate & { outcome?: GateOutcome; decided?: true; approval?: { by: string; expiresAt: string } }>;
  waived: Map<string, { by: string; reason: string }>;
  /** Collectors a person saw deleted or attested. */
  confirmed: Map<string, { by: string; statement: string }>;
  /** Overrides that came with requests to amend. */
  overrides: { item: string; reason: string }[];
}

export const gateKey = (gate: Gate, opening: number): string => `${gate} ${opening}`;
