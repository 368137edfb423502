import type { Finding } from './finding.ts';

type Linked = Pick<Finding, 'id' | 'provides' | 'uses'>;

/** What belongs with one thing: how many, and the first of them, by id. */
export interface Unit {
  count: number;
  first(most: number): string[];
}

/**
 * Pure: what belongs together, by id: things of which one provides what another uses, over as many steps as there are; sorted, each without itself. Whoever decides about one of
 * them is shown the others. Nothing belongs with an unknown id.
 */
export function unitsOf(things: readonly Linked[]): (id: string) => Unit {
  const units = new Map(things.map((t) => [t.id, new Set([t.id])]));
  const providers = new Map(things.flatMap((t) => t.provides.map((token) => [token, t.id] as const)));
  for (const { id, uses } of things) {
    for (const token of uses) {
      const [one, other] = [units.get(id), units.get(providers.get(token) ?? '')];
      if (!one || !other || one === other) continue;
      const [small, large] = one.size < other.size ? [one, other] : [other, one];
      for (const member of small) units.set(member, large.add(member));
    }
  }
  const sorted = new Map<ReadonlySet<string>, string[]>();
  return (id) => {
    const unit = units.get(id);
    if (!unit) return { count: 0, first: () => [] };
    const members = sorted.get(unit) ?? [...unit].toSorted();
    sorted.set(unit, members);
    // One more than asked for: it may be among them itself.
    return {
      count: unit.size - 1,
      first: (most) =>
        members
          .slice(0, most + 1)
          .filter((member) => member !== id)
          .slice(0, most),
    };
  };
}
