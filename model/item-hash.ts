import { sha256 } from './canonical.ts';

/** Names a set of items, as a person saw it: SHA-256 (hex) of their ids, sorted, one a line. */
export function itemHash(ids: readonly string[]): string {
  return sha256(ids.toSorted().join('\n'));
}
