import type { Facts, DeploymentStackMark, Finding, Json, Match, Bystander } from '../../../../model/finding.ts';
import { combine } from '../../../../model/guards/combine.ts';
import { mayTellOfDefender, sharedWithDefender } from '../../../../model/guards/defender.ts';
import { ownedByDeploymentStack } from '../../../../model/guards/owner.ts';
import { recentlyUsed } from '../../../../model/guards/recent-use.ts';
import { systemType, type SystemId } from '../../../../model/names.ts';
import { found, type Footprint } from '../../../kind.ts';
import { withItem } from '../../../put-back.ts';
import { normalId, owningScope, sameId } from '../../../microsoft/ids.ts';
import { roleGuid, roleOf } from '../../roles.ts';
import type { AzureSnapshot } from '../../reader.ts';
import type { Assignment } from '../../wire/clients.ts';

const NAME = 'azure-role-assignment';

/** The directory tells who the principal is and whether it is in use, groups of their deployment stacks. */
const ofEach = (system: SystemId) => systemType(system) === 'entra' || isManagementGroup(system);
/** Subscriptions tell whether Defender needs it. */
const ofDefenders = (system: SystemId) => ofEach(system) || mayTellOfDefender(system);

/** Role assignments of the CIEM service principal, each found at the system that its own scope belongs to. */
export const footprint: Footprint<AzureSnapshot> = {
  name: NAME,

  match(snapshot, facts): Match {
    const findings: Finding[] = [];
    const bystanders: Bystander[] = [];
    for (const assignment of snapshot.assignments) {
      if (whoseOf(assignment, facts) === undefined) continue;
      const owner = owningScope(assignment.scope);
      if (sameId(owner, snapshot.scope)) findings.push(finding(snapshot, assignment, facts));
      else if (snapshot.unnamed.some((scope) => sameId(scope, owner))) {
        const { system } = snapshot;
        bystanders.push({ system, id: assignment.id, why: `${where(owner)} ${owner}, which the manifest does not name`, uses: [] });
      }
    }
    const { assignmentCount: seen } = snapshot;
    return { findings, bystanders, ...(seen === undefined ? {} : { seen }) };
  },

  asks: (item) => (roleOf((item.snapshot as Assignment).roleDefinitionId).mayBeDefenders ? ofDefenders : ofEach),

  putBack(snapshot, own) {
    const planned = own.item.snapshot as Assignment;
    if (!sameId(owningScope(planned.scope), snapshot.scope)) return snapshot;
    return {
      ...snapshot,
      assignments: withItem(
        snapshot.assignments,
        own,
        planned,
        (a) => sameId(a.id, planned.id),
        (a) => a,
      ),
    };
  },

  // An assignment is made again under the same name: same scope, principal, role, condition and description.
  losses: { losses: () => ['when it was made and by whom: it will be of today and the worker’s'], comparable },
};

function isManagementGroup(system: SystemId): boolean {
  return system.startsWith('azure:/providers/Microsoft.Management/managementGroups/');
}

/** Ids in their normal form, and the role by its GUID. */
export function comparable(snapshot: Json): Json {
  const { id, scope, roleDefinitionId, principalId, ...rest } = snapshot as Assignment;
  const ids = { id: normalId(id), scope: normalId(scope), principalId: normalId(principalId) };
  return { ...rest, ...ids, role: roleGuid(roleDefinitionId) };
}

function finding(snapshot: AzureSnapshot, assignment: Assignment, facts: Facts): Finding {
  const { name, risk, mayBeDefenders } = roleOf(assignment.roleDefinitionId);
  return {
    ...found(NAME, snapshot.system, assignment.id),
    title: `${name} at ${assignment.scope}`,
    phase: 'permissions',
    why: [`its principal ${assignment.principalId} ${whoseOf(assignment, facts) ?? ''}`],
    confidence: 'certain',
    risk,
    stage: risk === 'read' ? 'assignments-that-read' : 'assignments-that-write',
    snapshot: assignment,
    provides: [],
    uses: [],
    standsFor: [assignment.principalId],
    ...combine(
      ownedByDeploymentStack(stackOf(assignment.id, facts)),
      // Azure does not tell which assignment a principal used; that it signed in at all puts each of them in doubt.
      recentlyUsed(facts.ciemUsedRecently),
      mayBeDefenders ? sharedWithDefender(facts) : undefined,
    ),
  };
}

/** Why an assignment's principal is the CIEM principal, in words; undefined where it is not. */
function whoseOf({ principalId }: Assignment, { ciemPrincipalId, ciemFormerIds = [] }: Facts): string | undefined {
  if (ciemPrincipalId !== undefined && sameId(principalId, ciemPrincipalId)) return 'is the CIEM service principal of this tenant';
  return ciemFormerIds.some((id) => sameId(id, principalId)) ? 'was the CIEM service principal of this tenant, and is deleted' : undefined;
}

/** The deployment stack that manages an assignment. */
export function stackOf(assignment: string, { deploymentStacks = [] }: Pick<Facts, 'deploymentStacks'>): DeploymentStackMark | undefined {
  return deploymentStacks.find((s) => s.assignments.some((id) => sameId(id, assignment)));
}

function where(owner: string): string {
  return /^\/subscriptions\//i.test(owner) ? 'assigned at' : 'inherited from';
}
