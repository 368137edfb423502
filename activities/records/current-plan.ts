import type { Ledger } from '../../model/ledger.ts';
import { planHash, type Plan } from '../../model/plan.ts';
import type { Deps } from '../deps.ts';
import { fault, notAuthorized } from '../failures.ts';

/** The plan that a journal recorded last, checked against its hash; undefined while there is none. Throws a fault when another is stored. */
export async function currentPlan({ artifacts }: Pick<Deps, 'artifacts'>, ledger: Ledger): Promise<Plan | undefined> {
  const { planHash: hash, planArtifact } = ledger;
  if (hash === undefined || planArtifact === undefined) return undefined;
  const plan = await artifacts.get<Plan>(planArtifact);
  if (planHash(plan) !== hash) throw fault(`the stored plan does not have the hash ${hash}`);
  return plan;
}

/** The current plan, which must be the one that the caller names by its hash. Throws NotAuthorized when it is not. */
export async function demandPlan(deps: Pick<Deps, 'artifacts'>, run: string, ledger: Ledger, hash: string): Promise<Plan> {
  const plan = ledger.planHash === hash ? await currentPlan(deps, ledger) : undefined;
  if (!plan) throw notAuthorized(`the journal of ${run} holds no plan ${hash} in force; nothing was changed`);
  return plan;
}
