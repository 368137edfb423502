import type { Plan } from './plan.ts';

/** How many of a plan's items can take an account over, how many a guard holds, and of how much the plan warns. */
export interface PlanWeight {
  items: number;
  takeover: number;
  held: number;
  warnings: number;
}

export function weightOf({ items, warnings }: Pick<Plan, 'items' | 'warnings'>): PlanWeight {
  return {
    items: items.length,
    takeover: items.filter((i) => i.risk === 'takeover').length,
    held: items.filter((i) => i.guard).length,
    warnings: warnings.length,
  };
}
