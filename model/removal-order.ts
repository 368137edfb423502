import { PHASES, RISKS } from './names.ts';
import { byStage, type Orders } from './order.ts';
import type { PlanItem } from './plan.ts';

/** By code unit, the same on every machine. */
export const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Pure: items in the order of their removal, whatever order they come in. */
export function removalOrder(items: PlanItem[], orders: Orders): PlanItem[] {
  return dependantsFirst(items.toSorted((a, b) => byOrder(a, b, orders)));
}

/** Phase, stage, then system, worst risk first; `dependantsFirst` then mends the order within a system. */
function byOrder(a: PlanItem, b: PlanItem, orders: Orders): number {
  return (
    PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase) ||
    byStage(orders, a, b) ||
    compare(a.system, b.system) ||
    RISKS.indexOf(a.risk) - RISKS.indexOf(b.risk) ||
    compare(a.id, b.id)
  );
}

/** Keeps the order, but lets an item wait until all it depends on within its own group has gone before it. */
function dependantsFirst(items: PlanItem[]): PlanItem[] {
  const groups = Map.groupBy(items, (i) => `${i.phase} ${i.stage} ${i.system}`);
  return [...groups.values()].flatMap((group) => {
    const waiting = [...group];
    const ordered: PlanItem[] = [];
    while (waiting.length > 0) {
      const free = waiting.findIndex((i) => !waiting.some((other) => other !== i && i.dependsOn.includes(other.id)));
      ordered.push(...waiting.splice(Math.max(free, 0), 1));
    }
    return ordered;
  });
}
