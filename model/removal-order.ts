import type { Finding } from './finding.ts';
import { PHASES, RISKS } from './names.ts';
import { byStage, type Orders } from './order.ts';

/** What the order of removal looks at. */
type Ordered = Pick<Finding, 'id' | 'phase' | 'stage' | 'system' | 'risk'> & { dependsOn: string[] };

/** By code unit, the same on every machine. */
export const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Pure: items in the order of their removal, whatever order they come in. */
export function removalOrder<T extends Ordered>(items: T[], orders: Orders): T[] {
  return dependantsFirst(items.toSorted((a, b) => byOrder(a, b, orders)));
}

/** Phase, stage, then system, worst risk first; `dependantsFirst` then mends the order within a system. */
function byOrder(a: Ordered, b: Ordered, orders: Orders): number {
  return (
    PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase) ||
    byStage(orders, a, b) ||
    compare(a.system, b.system) ||
    RISKS.indexOf(a.risk) - RISKS.indexOf(b.risk) ||
    compare(a.id, b.id)
  );
}

/** Keeps the order, but lets an item wait until all it depends on within its own group has gone before it. */
function dependantsFirst<T extends Ordered>(items: T[]): T[] {
  const groups = Map.groupBy(items, (i) => `${i.phase} ${i.stage} ${i.system}`);
  return [...groups.values()].flatMap((group) => {
    const ids = new Set(group.map((i) => i.id));
    const before = new Map(group.map((i) => [i, new Set(i.dependsOn.filter((id) => id !== i.id && ids.has(id)))]));
    if (group.every((i) => before.get(i)?.size === 0)) return group;
    const waiting = [...group];
    const ordered: T[] = [];
    while (waiting.length > 0) {
      const free = waiting.findIndex((i) => before.get(i)?.size === 0);
      const [next] = waiting.splice(Math.max(free, 0), 1);
      if (next === undefined) break;
      ordered.push(next);
      for (const left of waiting) before.get(left)?.delete(next.id);
    }
    return ordered;
  });
}
