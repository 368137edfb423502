import type { ReadContext } from './cloud.ts';
import type { Footprint, Own } from './kind.ts';

/** Pure: a snapshot of a system with what this run did in it undone, by each thing's kind (`Footprint.putBack`). */
export function putBack<Snapshot>(
  kinds: readonly Pick<Footprint<Snapshot>, 'name' | 'putBack'>[],
  snapshot: Snapshot,
  { own = [] }: Pick<ReadContext, 'own'>,
): Snapshot {
  return own.reduce((before, one) => kinds.find((k) => k.name === one.item.kind)?.putBack(before, one) ?? before, snapshot);
}

/**
 * Pure: a list in which an item stands as planned, where what is there now is our own doing. `is` finds it in the list, `define` gives its definition as its kind
 * reads it; undefined for one that only looks as if it were there.
 */
export function withItem<T>(
  list: readonly T[],
  { byUs }: Pick<Own, 'byUs'>,
  planned: T,
  is: (one: T) => boolean,
  define: (one: T) => Parameters<Own['byUs']>[0],
): T[] {
  const now = list.find(is);
  if (!byUs(now === undefined ? undefined : define(now))) return [...list];
  return [...list.filter((one) => one !== now), planned];
}
