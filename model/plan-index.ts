import type { Phase } from './names.ts';
import type { Plan, PlanItem } from './plan.ts';

/** A plan by what is asked of it for each of its items: what an item costs does not grow with the plan. Lists are in the plan's order. */
export interface PlanIndex {
  byId: ReadonlyMap<string, PlanItem>;
  /** Phases in the plan's order, which keeps each together. */
  ofPhase: ReadonlyMap<Phase, readonly PlanItem[]>;
  /** Items that name an id among what they take along. */
  containersOf(id: string): readonly PlanItem[];
  /** Items that go along when an item goes. */
  contentsOf(container: PlanItem): readonly PlanItem[];
}

type Indexed = Pick<Plan, 'items'>;

const known = new WeakMap<Plan['items'], PlanIndex>();

/** The index of a plan, made once: a plan never changes. */
export function indexOf({ items }: Indexed): PlanIndex {
  const before = known.get(items);
  if (before) return before;
  const made = make(items);
  known.set(items, made);
  return made;
}

function make(items: readonly PlanItem[]): PlanIndex {
  const byId = new Map(items.map((i) => [i.id, i]));
  const place = new Map(items.map((i, at) => [i, at]));
  const containers = grouped(items, (i) => i.contains ?? []);
  const within = grouped(items, (i) => i.within ?? []);
  return {
    byId,
    ofPhase: Map.groupBy(items, (i) => i.phase),
    containersOf: (id) => containers.get(id) ?? [],
    contentsOf({ contains = [], provides }) {
      const all = new Set([...contains.flatMap((id) => byId.get(id) ?? []), ...provides.flatMap((token) => within.get(token) ?? [])]);
      return [...all].toSorted((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
    },
  };
}

function grouped(items: readonly PlanItem[], keysOf: (item: PlanItem) => readonly string[]): Map<string, PlanItem[]> {
  const groups = new Map<string, PlanItem[]>();
  for (const item of items)
    for (const key of new Set(keysOf(item))) {
      const there = groups.get(key);
      if (there) there.push(item);
      else groups.set(key, [item]);
    }
  return groups;
}
