import type { DefenderUse } from '../../model/finding.ts';
import type { Manifest } from '../../model/manifest.ts';
import { systemsOf } from '../../model/manifest-systems.ts';
import { nativeId, systemType, type SystemId } from '../../model/names.ts';
import { RefusedError, unlessRefused } from '../answer.ts';
import type { ReadContext } from '../cloud.ts';
import type { Assignment, AzureApi } from './wire/clients.ts';
import { isOfOnboarding } from './roles.ts';
import { classifyAzure } from './wire/classify.ts';
import { lookForDefender } from './defender.ts';
import { readDeploymentStacks, type StackView } from './deployment-stacks.ts';
import { normalId, owningScope, sameId } from '../microsoft/ids.ts';

/** One scope: the CIEM principal's assignments seen from it, those inherited from above included. */
export interface AzureSnapshot {
  system: SystemId;
  scope: string;
  /** Of the assignments' own scopes those that the manifest does not name: such an assignment is nobody's finding. */
  unnamed: string[];
  assignments: Assignment[];
  /** All role assignments that belong to this system, whosoever's: what a breaker's percentage is taken of. */
  assignmentCount?: number;
  /** Where the CIEM principal is gone: how many assignments of roles that onboarding gave nobody in the directory has, or may have. */
  orphans?: { count: number; unseen?: string };
  /** Absent where no stack can be, and in a subscription that holds no assignment of the principal's own. */
  deploymentStacks?: StackView;
  /** Absent above subscriptions: Defender's plans and connectors stand in these only. */
  defender?: DefenderUse;
}

/** Lists by object id, since ARM knows principals only by that; throws RefusedError 'NoCiemPrincipal' when the directory could not be read. */
export async function readAzure(api: AzureApi, system: SystemId, context: ReadContext): Promise<AzureSnapshot> {
  const { ciemPrincipalId, ciemFormerIds } = context;
  if (ciemPrincipalId === undefined && ciemFormerIds === undefined) {
    throw new RefusedError(
      'NoCiemPrincipal',
      'the directory could not be read, and ARM finds assignments only by the object id of the CIEM service principal; mend that first',
    );
  }
  const scope = nativeId(system);
  const subscription = /^\/subscriptions\/([^/]+)$/i.exec(scope)?.[1];
  const defender = subscription === undefined ? {} : { defender: await lookForDefender(api, subscription) };
  // A group's stacks may manage what lies below it.
  if (context.usersOf && subscription !== undefined) return { system, scope, unnamed: [], assignments: [], ...defender };
  const all = await assignmentsAt(api, scope, context.manifest);
  const ids = [...(ciemPrincipalId === undefined ? [] : [ciemPrincipalId]), ...(ciemFormerIds ?? [])];
  const assignments = all.filter((a) => ids.some((id) => sameId(a.principalId, id)));
  const unnamed = scopesUnnamed(assignments, namedIn(context.manifest));
  const here = all.filter((a) => sameId(owningScope(a.scope), scope));
  const assignmentCount = here.length;
  const orphans = ciemPrincipalId === undefined ? await lookForOrphans(api, here, ids) : {};
  // At `/` there are no stacks.
  const mayOwn = subscription === undefined ? scope !== '/' : assignments.some((a) => sameId(owningScope(a.scope), scope));
  const stacks = mayOwn ? { deploymentStacks: await readDeploymentStacks(api, scope) } : {};
  return { system, scope, unnamed, assignments, assignmentCount, ...orphans, ...defender, ...stacks };
}

/**
 * All assignments that a scope shows. Hardly anybody may list at `/` itself, which takes elevated access; a subscription's listing tells what it inherits from there,
 * and so does each that may be read. Throws the refusal where none can.
 */
async function assignmentsAt(api: AzureApi, scope: string, manifest: Manifest): Promise<Assignment[]> {
  try {
    return await api.listAllAssignments(scope);
  } catch (error) {
    if (scope !== '/' || classifyAzure(error).code !== 'AuthorizationFailed') throw error;
    for (const subscription of systemsOf(manifest).filter((s) => s.startsWith('azure:/subscriptions/'))) {
      const inherited = await unlessRefused(classifyAzure, () => api.listAllAssignments(nativeId(subscription)));
      if (inherited.ok) return inherited.value.filter((a) => owningScope(a.scope) === scope);
    }
    throw error;
  }
}

/** Pure: the own scopes of assignments that are not among the named ones; these in their normal form. */
export function scopesUnnamed(assignments: readonly Pick<Assignment, 'scope'>[], named: ReadonlySet<string>): string[] {
  const owners = assignments.map((a) => owningScope(a.scope)).filter((owner) => !named.has(normalId(owner)));
  return [...new Set(owners)].toSorted();
}

const named = new WeakMap<Manifest, ReadonlySet<string>>();

/** The scopes a manifest names, in their normal form; put together once for all that are read by it. */
function namedIn(manifest: Manifest): ReadonlySet<string> {
  const before = named.get(manifest);
  if (before) return before;
  const scopes = systemsOf(manifest).filter((s) => systemType(s) === 'azure');
  const all = new Set(scopes.map((s) => normalId(nativeId(s))));
  named.set(manifest, all);
  return all;
}

/** Where the CIEM principal is gone: roles that onboarding gave, of principals that the directory does not know either. */
async function lookForOrphans(api: AzureApi, here: Assignment[], known: string[]): Promise<Pick<AzureSnapshot, 'orphans'>> {
  const candidates = here.filter((a) => isOfOnboarding(a.roleDefinitionId) && !known.some((id) => sameId(id, a.principalId)));
  const ids = [...new Set(candidates.map((a) => normalId(a.principalId)))];
  if (ids.length === 0) return {};
  const existing = await unlessRefused(classifyAzure, () => api.existing(ids));
  if (!existing.ok) return { orphans: { count: candidates.length, unseen: existing.failure.code } };
  const count = candidates.filter((a) => !existing.value.has(normalId(a.principalId))).length;
  return count === 0 ? {} : { orphans: { count } };
}
