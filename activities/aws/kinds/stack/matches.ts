import type { Facts, Match } from '../../../../model/finding.ts';
import type { ResourceKind } from '../../kind.ts';
import type { AwsSnapshot } from '../../snapshot.ts';

interface Matched {
  snapshot: AwsSnapshot;
  facts: Facts;
  matches: ReadonlyMap<ResourceKind, Match>;
}

/** What was asked for last: each kind of an account asks for it, one after the other. */
const last = new WeakMap<readonly ResourceKind[], Matched>();

/** What each kind by itself finds in an account. It is found once for all that ask while the account is judged. */
export function matchesOf(kinds: readonly ResourceKind[], snapshot: AwsSnapshot, facts: Facts): ReadonlyMap<ResourceKind, Match> {
  const before = last.get(kinds);
  if (before?.snapshot === snapshot && before.facts === facts) return before.matches;
  const matches = new Map(kinds.map((kind) => [kind, kind.match(snapshot, facts)]));
  last.set(kinds, { snapshot, facts, matches });
  return matches;
}

/** All that the kinds find. */
export function findingsOf(kinds: readonly ResourceKind[], snapshot: AwsSnapshot, facts: Facts): Match['findings'] {
  return [...matchesOf(kinds, snapshot, facts).values()].flatMap((m) => m.findings);
}
