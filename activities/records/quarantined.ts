import type { Ledger } from '../../model/ledger.ts';
import type { Plan, PlanItem } from '../../model/plan.ts';
import type { Deps } from '../deps.ts';

/** What is in quarantine, with the definition each had before: that of the plan under which it was put there. */
export async function quarantinedItems({ artifacts }: Pick<Deps, 'artifacts'>, ledger: Ledger, only?: string[]): Promise<PlanItem[]> {
  const items: PlanItem[] = [];
  for (const [artifact, of] of Map.groupBy(ledger.quarantined, ([, q]) => q.artifact)) {
    const ids = new Set(of.map(([id]) => id));
    const plan = await artifacts.get<Plan>(artifact);
    items.push(...plan.items.filter((i) => ids.has(i.id) && (only === undefined || only.includes(i.id))));
  }
  return items;
}
