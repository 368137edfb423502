import type { Hold } from './finding.ts';
import type { GateMessage, GateOutcome, OpenGate } from './gate.ts';
import type { Gate } from './names.ts';
import type { Admission, Said } from './statement/proof.ts';

/**
 * What an approver decided to leave in place. `keeps`: it goes on working, so that of its way stays with it; absent where it stays as an orphan, which may
 * stop working, and what it needs goes on.
 */
export interface Waiver {
  by: string;
  reason: string;
  keeps?: Keeps;
}

/** What of a thing's way stays with it (`Hold.keeps`). */
export type Keeps = NonNullable<Hold['keeps']>;

/** Of several things, by id. */
export type KeptThings = { [item: string]: Keeps };

/** Who decided that it stays, and in which of the two ways. */
export function waivedWords({ by, keeps }: Omit<Waiver, 'reason'>): string {
  return `waived by ${by}, ${keeps === undefined ? 'left as it is' : 'to go on working'}`;
}

/** What an approver allowed at a gate; times in ISO. */
export interface Approval {
  decision: GateMessage;
  /** When it was recorded. */
  at: string;
  expiresAt: string;
  /** Of a sign-in. */
  admission?: Admission | undefined;
}

/** On whose word something rests that an approval does not cover: a waiver, a confirmation, an attestation. `at`: when it was recorded, in ISO. */
export interface Word {
  said: Said;
  at: string;
}

/** The part of the ledger that decisions fill: what people allowed, left in place and confirmed. */
export interface Decided {
  gates: Map<string, OpenGate & { outcome?: GateOutcome; decided?: 'approved' | 'rejected'; approvals?: Approval[] }>;
  waived: Map<string, Waiver>;
  /** Collectors a person saw deleted or attested. */
  confirmed: Map<string, { by: string; statement: string }>;
  /** By item, the word that its waiver or confirmation rests on. */
  words: Map<string, Word>;
  /** Items of which that word counts no longer, and that are neither resolved nor left in place since. `at`: when that was recorded, in ISO; `retried`: it is tried. */
  reopened: Map<string, { at: string; retried?: true }>;
  /** Somebody stopped the run and nobody who may has let it go on since: it changes nothing meanwhile. */
  stopped?: true;
  /** An approver accepted that records were lost: what is gone may have gone by us. */
  recordsLost?: true;
  /** Overrides that came with requests to amend. */
  overrides: { item: string; reason: string }[];
}

export const gateKey = (gate: Gate, opening: number): string => `${gate} ${opening}`;
