import type { PlanItem } from './plan.ts';

/**
 * Pure: why each item is ours, down to what that rests on: its own reasons first, then those of each planned thing that it uses, each once. By
 * item id; each in a sentence that begins with "because".
 */
export function proofChains(items: readonly PlanItem[]): Map<string, string[]> {
  const providers = new Map<string, PlanItem[]>();
  for (const item of items) for (const token of item.provides) providers.set(token, [...(providers.get(token) ?? []), item]);
  const below = (item: PlanItem) => item.uses.flatMap((token) => providers.get(token) ?? []);
  return new Map(
    items.map((item) => {
      const chain = new Set<PlanItem>([item]);
      // A set that grows while it is walked is walked to its end.
      for (const link of chain) for (const used of below(link)) chain.add(used);
      return [item.id, [...chain].map((link) => sentence(link, link === item))];
    }),
  );
}

function sentence({ title, why }: PlanItem, isItself: boolean): string {
  const reasons = why.join('; ');
  return isItself ? `because ${reasons}` : `because ${title}, which it uses, is: ${reasons}`;
}
