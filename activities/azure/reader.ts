import type { DefenderUse } from '../../model/finding.ts';
import { systemsOf } from '../../model/manifest-systems.ts';
import { nativeId, systemType, type SystemId } from '../../model/names.ts';
import { RefusedError } from '../answer.ts';
import type { ReadContext } from '../cloud.ts';
import type { Assignment, AzureApi } from './wire/clients.ts';
import { lookForDefender } from './defender.ts';
import { readDeploymentStacks, type StackView } from './deployment-stacks.ts';
import { owningScope, sameId } from '../microsoft/ids.ts';

/** One scope: the CIEM principal's assignments seen from it, those inherited from above included. */
export interface AzureSnapshot {
  system: SystemId;
  scope: string;
  /** The scopes the manifest names: an assignment of another scope is nobody's finding. */
  namedScopes: string[];
  assignments: Assignment[];
  /** All role assignments that belong to this system, whosoever's: what a breaker's percentage is taken of. */
  assignmentCount?: number;
  /** Absent where no stack can be, and in a subscription that holds no assignment of the principal's own. */
  deploymentStacks?: StackView;
  /** Absent above subscriptions: Defender's plans and connectors stand in these only. */
  defender?: DefenderUse;
}

/** Lists by object id, since ARM knows principals only by that; throws RefusedError 'NoCiemPrincipal' when the directory gave none. */
export async function readAzure(api: AzureApi, system: SystemId, context: ReadContext): Promise<AzureSnapshot> {
  if (context.ciemPrincipalId === undefined) {
    throw new RefusedError(
      'NoCiemPrincipal',
      'the directory holds no CIEM service principal (or could not be read), and ARM finds assignments only by its object id; look for assignments of "Identity not found" by hand, then waive this',
    );
  }
  const scope = nativeId(system);
  const namedScopes = systemsOf(context.manifest)
    .filter((s) => systemType(s) === 'azure')
    .map(nativeId);
  const subscription = /^\/subscriptions\/([^/]+)$/i.exec(scope)?.[1];
  const defender = subscription === undefined ? {} : { defender: await lookForDefender(api, subscription) };
  // A group's stacks may manage what lies below it.
  if (context.usersOnly && subscription !== undefined) return { system, scope, namedScopes, assignments: [], ...defender };
  const assignments = await api.listAssignments(scope, context.ciemPrincipalId);
  const all = await api.listAssignmentScopes(scope);
  const assignmentCount = all.filter((s) => sameId(owningScope(s), scope)).length;
  // At `/` there are no stacks.
  const mayOwn = subscription === undefined ? scope !== '/' : assignments.some((a) => sameId(owningScope(a.scope), scope));
  const stacks = mayOwn ? { deploymentStacks: await readDeploymentStacks(api, scope) } : {};
  return { system, scope, namedScopes, assignments, assignmentCount, ...defender, ...stacks };
}
