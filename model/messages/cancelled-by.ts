import type { DecisionKind } from './decision-kind.ts';
import type { NamedMessage } from './pause.ts';

/** Who is about to cancel the run. Stopping between items for good is safe, so anybody named may. */
export type CancelDecision = NamedMessage & { kind: 'cancel' };

export const cancel: DecisionKind<CancelDecision> = {
  stops: true,
  fromAnybody: true,
  judge: () => ({ ok: true }),
  // Its cancellation follows. Where that does not come, the run is paused.
  fold: (decided) => void (decided.stopped = true),
  words: () => 'cancel the run',
};
