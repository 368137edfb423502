import { sha256 } from '../canonical.ts';
import { refuse } from '../verdict.ts';
import type { Proof } from './statement.ts';

/**
 * Statements that a run has taken, by their SHA-256, with when each came (ISO, by the workflow's time); undefined where the record does not say. A statement counts once: whoever
 * may write to the namespace can send again what lies in history, and a second pause or a second use needs a second word.
 */
export type Taken = Map<string, string | undefined>;

/** Pure but for the map it fills. */
export function noteTaken(taken: Taken, proof: Proof | undefined, arrivedAt: string | undefined): void {
  const key = proof && sha256(proof.statement);
  if (key !== undefined && !taken.has(key)) taken.set(key, arrivedAt);
}

/** Pure: what proves this was taken before; `same`: as the very message that came then, whose answer may be lost. */
export function takenBefore(taken: Taken, proof: Proof | undefined, arrivedAt: string): 'same' | 'another' | undefined {
  const key = proof && sha256(proof.statement);
  if (key === undefined || !taken.has(key)) return undefined;
  return taken.get(key) === arrivedAt ? 'same' : 'another';
}

export const SAID_BEFORE = refuse('ProofWrong', 'proof.statement: was said before, and counts once; say it again');
