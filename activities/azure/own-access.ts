import { nativeId, type SystemId } from '../../model/names.ts';
import type { OwnAccess, OwnGrant } from '../../model/own-access.ts';
import type { Assignment, AzureApi } from './clients.ts';
import { roleOf } from './roles.ts';

/** The role assignments through which the worker's principal acts at a scope: there, above and below it, and through groups. */
export async function ownAccessAtScope(api: AzureApi, system: SystemId): Promise<OwnAccess> {
  const { principalId } = await api.self();
  const assignments = await api.listAssignedTo(nativeId(system), principalId);
  return {
    identities: [{ cloud: 'azure', id: principalId }],
    grants: assignments.map((a) => grantOf(a, system, principalId)),
    unknown: [],
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
  if (principalId.toLowerCase() !== self.toLowerCase()) return `a group (${principalId}) holds it, and with it all of the group's members`;
  if (principalType === 'User') return 'a person holds it, who may need it for other work';
  return role === 'Owner' ? 'this job never needs Owner: it was given for something more' : undefined;
}
