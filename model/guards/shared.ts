import type { Hold } from '../finding.ts';

/** The guards of what others use, too. `others`: who, in words; nobody holds nothing. */

/** What stays needs it. `why`: for what reason one of them stays, in words, where that is known. */
export function shared(others: readonly string[], why: (other: string) => string | undefined = () => undefined): Hold | undefined {
  if (others.length === 0) return undefined;
  const who = others.toSorted();
  const told = who.map((other) => (why(other) === undefined ? other : `${other} (${why(other)})`));
  return { code: 'Shared', reason: `still needed by ${told.join(', ')}`, who };
}

/** It would go along with something else, and stays. */
export const STAYS: Hold = { code: 'Shared', reason: 'it stays' };

/** A role's trust policy lets others assume it. */
export function sharedTrust(others: readonly string[]): Hold | undefined {
  if (others.length === 0) return undefined;
  return {
    code: 'SharedTrust',
    reason: `its trust also lets in ${others.join(', ')}; ask who that is before it goes`,
    keeps: 'means',
    who: others.toSorted(),
  };
}

/** Others may act as a service account. */
export function sharedServiceAccount(others: readonly string[]): Hold | undefined {
  if (others.length === 0) return undefined;
  return {
    code: 'SharedServiceAccount',
    reason: `others may act as it as well: ${others.join(', ')}`,
    keeps: 'means',
    who: others.toSorted(),
  };
}

/** A workload identity provider takes tokens of other audiences. */
export function sharedProvider(audiences: readonly string[]): Hold | undefined {
  if (audiences.length === 0) return undefined;
  return {
    code: 'SharedProvider',
    reason: `it accepts other audiences as well: ${audiences.join(', ')}`,
    keeps: 'means',
    who: audiences.toSorted(),
  };
}

/** An application stands for other audiences as well: whoever asks for tokens for one of these would get none any more. */
export function sharedApplication(uris: readonly string[]): Hold | undefined {
  if (uris.length === 0) return undefined;
  return {
    code: 'SharedApplication',
    reason: `it has other identifier URIs as well: ${uris.join(', ')}; ask who uses them`,
    keeps: 'means',
    who: uris.toSorted(),
  };
}

/** Others hold a custom role, or nobody could look who does: `unseen` says why, and what would let one look. */
export function sharedRole(others: readonly string[], unseen?: string): Hold | undefined {
  if (others.length > 0) return { code: 'SharedRole', reason: `others hold it as well: ${others.join(', ')}`, who: others.toSorted() };
  return unseen === undefined ? undefined : { code: 'SharedRole', reason: `whether others hold it ${unseen}` };
}
