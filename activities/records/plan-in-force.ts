import type { Ledger } from '../../model/ledger.ts';
import { planHash, type Plan } from '../../model/plan.ts';
import type { Deps } from '../deps.ts';
import { fault } from '../failures.ts';

/** The plan in force, read back and checked against its hash. Throws when the hash does not fit what is stored. */
export async function loadPlan(deps: Deps, ledger: Ledger, hash: string): Promise<Plan> {
  const plan = await deps.artifacts.get<Plan>(ledger.planArtifact as string);
  if (planHash(plan) !== hash) throw fault(`the stored plan does not have the hash ${hash}`);
  return plan;
}
