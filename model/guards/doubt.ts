import type { Hold } from '../finding.ts';

/**
 * The guard of what is ours only as far as something else is, whose own owner is doubted. `chain`: through what, and what is doubted of it, in
 * words; undefined where nothing is. A hold for a lock, an owner, Defender or a use says nothing of whose a thing is, and makes no doubt.
 */
export function doubt(chain: string | undefined): Hold | undefined {
  if (chain === undefined) return undefined;
  return { code: 'Doubt', reason: `ours only through ${chain}; find out whose it is, then name it under overrides with a reason` };
}

/** What is doubted of a thing that each of several proves, from what is doubted of these: nothing where one is certain, else all of it. */
export function doubtOf(proofs: readonly (string | undefined)[]): string | undefined {
  const doubts = proofs.filter((d) => d !== undefined);
  return doubts.length < proofs.length || doubts.length === 0 ? undefined : [...new Set(doubts)].toSorted().join('; or through ');
}
