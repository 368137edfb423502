import type { Decided, KeptThings } from '../decided.ts';
import type { Verdict } from '../verdict.ts';
import type { DecisionContext } from './judging.ts';

/**
 * What one sort of decision is: who may make it when, what stands in the ledger because of it, and how it is told. All of it pure but for
 * the ledger it fills. `index.ts` lists them.
 */
export interface DecisionKind<D> {
  /** Stopping, in any way, never needs the number of a change. */
  stops?: true;
  /** Stopping for now is safe: it is taken from anybody, and recorded with who claims to say it. */
  fromAnybody?: true;
  judge(decision: D, context: DecisionContext): Verdict;
  /** Absent where it leaves nothing but its record. `items`: the ids it was found to be about; `expiresAt` (ISO) of an approval; `kept` of a waiver; `at` (ISO): when it was recorded. */
  fold?(decided: Decided, decision: D, items: string[], about: { expiresAt: string | undefined; kept: KeptThings; at: string }): void;
  /** What was decided about what, without who and why. */
  words(decision: D, items: string[] | undefined): string;
}
