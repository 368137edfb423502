import { nativeId, type SystemId } from '../../../model/names.ts';
import { ELIGIBLE_DOUBT, type OwnAccess, type OwnGrant } from '../../../model/own-access.ts';
import { unlessRefused } from '../../answer.ts';
import { noneWithoutLicence } from '../../microsoft/failure.ts';
import type { Eligibility } from '../wire/arm.ts';
import { classifyAzure } from '../wire/classify.ts';
import type { Assignment, AzureApi } from '../wire/clients.ts';
import { sameId } from '../../microsoft/ids.ts';
import { roleOf } from '../roles.ts';

/** The role assignments through which the worker's principal acts at a scope, and may act: there, above and below it, and through groups. */
export async function ownAccessAtScope(api: AzureApi, system: SystemId): Promise<OwnAccess> {
  const self = await api.self();
  const { principalId } = self;
  const assignments = await api.listAssignedTo(nativeId(system), principalId);
  const access: OwnAccess = {
    identities: [{ cloud: 'azure', id: principalId }],
    grants: assignments.map((a) => grantOf(a, system, principalId)),
    unknown: [],
  };
  const eligible = await unlessRefused(classifyAzure, () => noneWithoutLicence(() => api.listEligibleFor(nativeId(system), principalId)));
  if (eligible.ok) access.grants.push(...eligible.value.map((e) => eligibleGrant(e, system)));
  // Nobody can make an application eligible, since it could not activate anything (Microsoft, "Eligible role assignments in Azure RBAC").
  else if (self.isPerson)
    access.unknown.push({ system, reason: `what the worker is eligible for (PIM) could not be read: ${eligible.failure.code}` });
  return access;
}

function eligibleGrant({ id, properties: { scope, roleDefinitionId, principalId } }: Eligibility, system: SystemId): OwnGrant {
  return {
    kind: 'azure-eligible-role',
    system,
    id,
    holder: principalId,
    title: `eligible for ${roleOf(roleDefinitionId).name} at ${scope}`,
    doubt: ELIGIBLE_DOUBT,
    definition: { scope, roleDefinitionId, principalId },
  };
}

function grantOf(assignment: Assignment, system: SystemId, principalId: string): OwnGrant {
  const { id, scope, roleDefinitionId, condition } = assignment;
  const { name } = roleOf(roleDefinitionId);
  const doubt = doubtOf(assignment, name, principalId);
  return {
    kind: 'azure-role-assignment',
    system,
    id,
    holder: assignment.principalId,
    title: `${name} at ${scope}${condition === null ? '' : ' (with a condition)'}`,
    ...(doubt === undefined ? {} : { doubt }),
    definition: { scope, roleDefinitionId },
  };
}

function doubtOf({ principalId, principalType }: Assignment, role: string, self: string): string | undefined {
  if (!sameId(principalId, self)) return `a group (${principalId}) holds it, and with it all of the group's members`;
  if (principalType === 'User') return 'a person holds it, who may need it for other work';
  return role === 'Owner' ? 'this job never needs Owner: it was given for something more' : undefined;
}
