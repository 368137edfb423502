import type { Proof } from '../statement/statement.ts';
import type { DecisionKind } from './decision-kind.ts';

/** Who says it: all that pausing, resuming and cancelling need. */
export interface NamedMessage {
  by: string;
  proof?: Proof;
}

/** Stopping between items for a while is safe, so anybody named may. */
export type PauseDecision = NamedMessage & { kind: 'pause' };

export const pause: DecisionKind<PauseDecision> = {
  stops: true,
  fromAnybody: true,
  judge: () => ({ ok: true }),
  fold: (decided) => void (decided.stopped = true),
  words: () => 'pause the run',
};
