import { isRestError } from '@azure/core-rest-pipeline';
import { DIRECTORY_ROLES } from '../../model/footprint.ts';
import { NO_PIM_LICENCE } from '../microsoft/failure.ts';
import { classifyEntra } from './wire/classify.ts';
import type { EntraApi } from './wire/clients.ts';
import type { DirectoryRoleAssignment } from './wire/shapes.ts';

/** Who holds the two directory roles the guide demands, tenant-wide; members of groups are not looked up. */
export interface DirectoryRoles {
  /** Object id of the worker's own service principal. */
  workerPrincipalId: string;
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
  const { principalId: workerPrincipalId } = await api.self();
  const cloudApplicationAdministrators = await holders(api, DIRECTORY_ROLES.cloudApplicationAdministrator);
  const administrators = await holders(api, DIRECTORY_ROLES.permissionsManagementAdministrator);
  const { eligible, eligibleUnseen } = await eligibleFor(api, DIRECTORY_ROLES.permissionsManagementAdministrator);
  return {
    workerPrincipalId,
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
  try {
    return { eligible: tenantWide(await api.listEligibilities(roleDefinitionId)) };
  } catch (error) {
    if (isRestError(error) && NO_PIM_LICENCE.has(error.code ?? '')) return { eligible: [] };
    const failure = classifyEntra(error);
    if (failure.kind === 'retry') throw error;
    return { eligible: [], eligibleUnseen: failure.code };
  }
}

async function named(api: EntraApi, ids: string[]): Promise<Administrator[]> {
  const all: Administrator[] = [];
  for (const id of ids) all.push({ id, name: (await api.getUserPrincipalName(id)) ?? id });
  return all;
}

async function holders(api: EntraApi, roleDefinitionId: string): Promise<string[]> {
  return tenantWide(await api.listRoleAssignments(roleDefinitionId));
}

/** Assignments scoped to one application or administrative unit do not carry the guide's steps. */
function tenantWide(assignments: DirectoryRoleAssignment[]): string[] {
  return [...new Set(assignments.filter((a) => (a.directoryScopeId ?? '/') === '/').map((a) => a.principalId))].toSorted();
}
