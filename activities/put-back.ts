import type { ReadContext } from './cloud.ts';
import type { Footprint, Own } from './kind.ts';

/** What is not there and was only put back, by the snapshot that shows it. */
const absent = new WeakMap<object, ReadonlySet<string>>();

/** A snapshot of a system with what this run did in it undone, by each thing's kind (`Footprint.putBack`). */
export function putBack<Snapshot extends object>(
  kinds: readonly Pick<Footprint<Snapshot>, 'name' | 'putBack'>[],
  snapshot: Snapshot,
  { own = [] }: Pick<ReadContext, 'own'>,
): Snapshot {
  const ids = new Set<string>();
  const before = own.reduce((known, one) => {
    const byUs: Own['byUs'] = (current) => {
      const is = one.byUs(current);
      if (is && current === undefined) ids.add(one.item.id);
      return is;
    };
    return kinds.find((k) => k.name === one.item.kind)?.putBack(known, { ...one, byUs }) ?? known;
  }, snapshot);
  absent.set(before, ids);
  return before;
}

/** Ids of the items that a snapshot shows, and that were seen nowhere when it was read. */
export function onlyPutBack(snapshot: unknown): ReadonlySet<string> {
  return (typeof snapshot === 'object' && snapshot !== null && absent.get(snapshot)) || new Set();
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
