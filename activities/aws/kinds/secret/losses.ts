import { THIRTY_DAYS, type Losses } from '../../../kind.ts';

/** It comes back whole, value and all, for as long as its recovery window is open. */
export const losses: Losses = {
  losses: () => [],
  comparable: (snapshot) => snapshot,
  keptFor: THIRTY_DAYS,
  purged: 'Secrets Manager keeps nothing of a secret after its recovery window; its owner makes another one, with a value of theirs',
};
