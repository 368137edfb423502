import type { PlanItem } from '../../model/plan.ts';
import type { RunSummary } from '../../model/summary.ts';
import type { EstateObject } from '../../sandbox/objects.ts';
import { estateKeys } from '../estate-keys.ts';

/** Pure: of which items the records say gone where the sandbox still has something, or the other way, in words. `left`: the keys of what is ours and still there. */
export function falseVerdicts(
  items: readonly PlanItem[],
  { items: told }: Pick<RunSummary, 'items'>,
  left: ReadonlySet<string>,
  objects: readonly EstateObject[],
): string[] {
  const words = new Map(told.map((t) => [t.item, t.outcome?.outcome ?? 'nothing']));
  return items.flatMap((item) => {
    const word = words.get(item.id) ?? 'nothing';
    const isThere = estateKeys(item, objects).some((key) => left.has(key));
    const saysGone = word === 'removed' || word === 'already-gone';
    return saysGone === isThere ? [`${item.id}: the records say ${word}, and it is ${isThere ? 'there' : 'gone'}`] : [];
  });
}
