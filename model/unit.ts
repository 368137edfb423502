import type { Finding } from './finding.ts';

type Linked = Pick<Finding, 'id' | 'provides' | 'uses'>;

/**
 * Pure: what belongs together, by id: things of which one provides what another uses, over as many steps as there are; sorted, each without itself. Whoever decides about one of
 * them is shown the others.
 */
export function unitsOf(things: readonly Linked[]): Map<string, string[]> {
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
  return new Map([...units].map(([id, unit]) => [id, [...unit].filter((member) => member !== id).toSorted()]));
}
