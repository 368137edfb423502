import { DIRECTORY_ROLES } from '../../model/footprint.ts';
import { unlessRefused } from '../answer.ts';
import { noneWithoutLicence } from '../microsoft/failure.ts';
import { classifyEntra } from './wire/classify.ts';
import type { EntraApi } from './wire/clients.ts';
import type { DirectoryRoleAssignment } from './wire/shapes.ts';

/** Who holds the two directory roles the guide demands, tenant-wide; members of groups are not looked up. */
export interface DirectoryRoles {
  /** Object id of the worker's own service principal. */
  workerPrincipalId: string;
  /** What Graph lets the worker do as an application, without any directory role. */
  workerPermissions: string[];
  /** Object ids. */
  cloudApplicationAdministrators: string[];
  /** `name` is the user principal name, or the object id where the principal is no user. */
  permissionsManagementAdministrators: Administrator[];
  /** Those who may activate that role (Privileged Identity Management) and do not hold it just now. */
  eligibleAdministrators: Administrator[];
  /** Why nobody could look for eligible ones. */
  eligibleUnseen?: string;
}

export interface Administrator {
  id: string;
  name: string;
}

/** Throws Graph's errors; without RoleManagement.Read.Directory the listing is denied, never empty. */
export async function readDirectoryRoles(api: EntraApi): Promise<DirectoryRoles> {
  const { principalId: workerPrincipalId, permissions: workerPermissions } = await api.self();
  const holders = async (roleDefinitionId: string) => tenantWide(await api.listRoleAssignments({ roleDefinitionId }));
  const cloudApplicationAdministrators = await holders(DIRECTORY_ROLES.cloudApplicationAdministrator);
  const administrators = await holders(DIRECTORY_ROLES.permissionsManagementAdministrator);
  const { eligible, eligibleUnseen } = await eligibleFor(api, DIRECTORY_ROLES.permissionsManagementAdministrator);
  return {
    workerPrincipalId,
    workerPermissions,
    cloudApplicationAdministrators,
    permissionsManagementAdministrators: await named(api, administrators),
    eligibleAdministrators: await named(
      api,
      eligible.filter((id) => !administrators.includes(id)),
    ),
    ...(eligibleUnseen === undefined ? {} : { eligibleUnseen }),
  };
}

async function eligibleFor(api: EntraApi, roleDefinitionId: string): Promise<{ eligible: string[]; eligibleUnseen?: string }> {
  const answer = await unlessRefused(classifyEntra, () => noneWithoutLicence(() => api.listEligibilities({ roleDefinitionId })));
  return answer.ok ? { eligible: tenantWide(answer.value) } : { eligible: [], eligibleUnseen: answer.failure.code };
}

async function named(api: EntraApi, ids: string[]): Promise<Administrator[]> {
  const all: Administrator[] = [];
  for (const id of ids) all.push({ id, name: (await api.getUserPrincipalName(id)) ?? id });
  return all;
}

/** Assignments scoped to one application or administrative unit do not carry the guide's steps. */
function tenantWide(assignments: DirectoryRoleAssignment[]): string[] {
  return [...new Set(assignments.filter((a) => (a.directoryScopeId ?? '/') === '/').map((a) => a.principalId))].toSorted();
}
