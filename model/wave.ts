import { BEHIND_COLLECTORS, type Gate } from './names.ts';
import type { Plan, PlanItem } from './plan.ts';

/** Pure: the items of the first wave: permissions in the pilot's systems that wait for nothing outside of it. */
export function pilotItems(plan: Pick<Plan, 'items' | 'pilot'>): ReadonlySet<string> {
  if (plan.pilot.length === 0) return NONE;
  const before = known.get(plan.items);
  if (before?.pilot === plan.pilot) return before.chosen;
  const chosen = chosenIn(plan);
  known.set(plan.items, { pilot: plan.pilot, chosen });
  return chosen;
}

const NONE: ReadonlySet<string> = new Set();
/** A plan never changes. */
const known = new WeakMap<Plan['items'], { pilot: Plan['pilot']; chosen: ReadonlySet<string> }>();

function chosenIn({ items, pilot }: Pick<Plan, 'items' | 'pilot'>): Set<string> {
  const systems = new Set<string>(pilot);
  const chosen = new Set(items.filter((i) => i.phase === 'permissions' && systems.has(i.system)).map((i) => i.id));
  for (let before = -1; before !== chosen.size;) {
    before = chosen.size;
    for (const item of items) if (chosen.has(item.id) && item.dependsOn.some((id) => !chosen.has(id))) chosen.delete(item.id);
  }
  return chosen;
}

/** Pure: the gates whose approval must cover the removal of an item. */
export function gatesBefore(plan: Pick<Plan, 'items' | 'pilot'>, item: Pick<PlanItem, 'id' | 'phase'>): Gate[] {
  const rest = plan.pilot.length > 0 && !pilotItems(plan).has(item.id);
  return ['plan', ...(rest ? (['wave'] as const) : []), ...(BEHIND_COLLECTORS.includes(item.phase) ? (['collectors'] as const) : [])];
}
