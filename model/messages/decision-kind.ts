import type { Decided, KeptThings } from '../decided.ts';
import type { Admission } from '../statement/proof.ts';
import type { Pending } from '../quorum.ts';
import type { Verdict } from '../verdict.ts';
import type { DecisionContext } from './judging.ts';

/** What stands beside a decision in its record: `expiresAt` (ISO) of an approval; `pending` of one that is not enough; `kept` of a waiver; `at` (ISO): when; `admission` of a sign-in. */
export interface About {
  expiresAt: string | undefined;
  pending: Pending | undefined;
  kept: KeptThings;
  at: string;
  admission: Admission | undefined;
}

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
  /** Absent where it leaves nothing but its record. `items`: the ids it was found to be about; */
  fold?(decided: Decided, decision: D, items: string[], about: About): void;
  /** What was decided about what, without who and why. */
  words(decision: D, items: string[] | undefined): string;
}
