import { withoutDryRun, workflowIdIn } from '../../model/run-name.ts';
import type { Journal } from './journal.ts';
import type { Ledger } from '../../model/ledger.ts';
import { isResolved } from '../../model/outcome.ts';
import { planHashPieces, type Plan, type PlanItem } from '../../model/plan.ts';
import type { Deps } from '../deps.ts';
import { fault, notAuthorized } from '../failures.ts';
import { piecewise } from '../piecewise.ts';

/** The newest run of the same tenant that made a plan, other than this one. Dry runs remove nothing and leave no broken trail. */
export function earlierRun(journal: Journal, run: string): Promise<string | undefined> {
  return lastPlanned(journal, withoutDryRun(workflowIdIn(run)), run);
}

/** The tenant's other runs that made a plan, newest first; damaged ones are told apart (`damagedRuns`). */
export function runsOfTenant(journal: Journal, run: string): Promise<string[]> {
  return planned(journal, withoutDryRun(workflowIdIn(run)), run);
}

/** The newest run of a workflow id that made a plan. */
export async function lastPlanned(journal: Journal, workflowId: string, except?: string): Promise<string | undefined> {
  return (await planned(journal, workflowId, except))[0];
}

async function planned(journal: Journal, workflowId: string, except?: string): Promise<string[]> {
  const runs = (await journal.runs()).filter((r) => r !== except && workflowIdIn(r) === workflowId);
  const ledgers = await Promise.all(runs.map((r) => journal.ledgerIfWhole(r)));
  return runs.filter((_, i) => ledgers[i]?.planHash !== undefined);
}

/** The tenant's other runs of which nobody knows what they did: their records are damaged. */
export async function damagedRuns(journal: Journal, run: string): Promise<string[]> {
  const workflowId = withoutDryRun(workflowIdIn(run));
  const runs = (await journal.runs()).filter((r) => r !== run && withoutDryRun(workflowIdIn(r)) === workflowId);
  const ledgers = await Promise.all(runs.map((r) => journal.ledgerIfWhole(r)));
  return runs.filter((_, i) => ledgers[i] === undefined);
}

const hashes = new WeakMap<Plan, Promise<string>>();

/** A plan that was read is never changed: it is hashed once. */
async function hashOf(plan: Plan): Promise<string> {
  const hash = hashes.get(plan) ?? piecewise(planHashPieces(plan));
  hashes.set(plan, hash);
  return await hash;
}

/** The plan that a journal recorded last, checked against its hash; undefined while there is none. Throws a fault when another is stored. */
export async function currentPlan({ artifacts }: Pick<Deps, 'artifacts'>, ledger: Ledger): Promise<Plan | undefined> {
  const { planHash: hash, planArtifact } = ledger;
  if (hash === undefined || planArtifact === undefined) return undefined;
  const plan = await artifacts.kept<Plan>(planArtifact);
  if ((await hashOf(plan)) !== hash) throw fault(`the stored plan does not have the hash ${hash}`);
  return plan;
}

/** Has the plan in force read and checked before it is needed: what is approved is begun with at once, however large it is. */
export function readEarly(deps: Pick<Deps, 'artifacts'>, ledger: Ledger): void {
  // Whoever needs it reads it again, and says what is wrong.
  currentPlan(deps, ledger).catch(() => undefined);
}

/** The current plan, which must be the one that the caller names by its hash. Throws NotAuthorized when it is not. */
export async function demandPlan(deps: Pick<Deps, 'artifacts'>, run: string, ledger: Ledger, hash: string): Promise<Plan> {
  const plan = ledger.planHash === hash ? await currentPlan(deps, ledger) : undefined;
  if (!plan) throw notAuthorized(`the journal of ${run} holds no plan ${hash} in force; nothing was changed`);
  return plan;
}

/** Whether nothing more is to be done about an item, by its outcome alone: what an approver waived is not resolved. */
export function resolvedIn(ledger: Ledger, item: string): boolean {
  const outcome = ledger.outcomes.get(item)?.outcome;
  return outcome !== undefined && isResolved(outcome);
}

/** What is in quarantine, with the definition each had before: that of the plan under which it was put there. */
export async function quarantinedItems({ artifacts }: Pick<Deps, 'artifacts'>, ledger: Ledger, only?: string[]): Promise<PlanItem[]> {
  const items: PlanItem[] = [];
  for (const [artifact, of] of Map.groupBy(ledger.quarantined, ([, q]) => q.artifact)) {
    const ids = new Set(of.map(([id]) => id));
    const plan = await artifacts.kept<Plan>(artifact);
    items.push(...plan.items.filter((i) => ids.has(i.id) && (only === undefined || only.includes(i.id))));
  }
  return items;
}
