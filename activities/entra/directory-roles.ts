import { DIRECTORY_ROLES } from '../../model/footprint.ts';
import { classifyEntra } from './classify.ts';
import type { EntraApi } from './clients.ts';

/** Who holds the two directory roles the guide demands, active and tenant-wide; members of groups are not looked up. */
export interface DirectoryRoles {
  /** Object id of the worker's own service principal. */
  workerPrincipalId: string;
  /** Object ids. */
  cloudApplicationAdministrators: string[];
  /** `name` is the user principal name, or the object id where the principal is no user. */
  permissionsManagementAdministrators: { id: string; name: string }[];
}

/** Throws Graph's errors; without RoleManagement.Read.Directory the listing is denied, never empty. */
export async function readDirectoryRoles(api: EntraApi): Promise<DirectoryRoles> {
  const { principalId: workerPrincipalId } = await api.self();
  const cloudApplicationAdministrators = await holders(api, DIRECTORY_ROLES.cloudApplicationAdministrator);
  const administrators = await holders(api, DIRECTORY_ROLES.permissionsManagementAdministrator);
  const permissionsManagementAdministrators = [];
  for (const id of administrators) permissionsManagementAdministrators.push({ id, name: await nameOf(api, id) });
  return { workerPrincipalId, cloudApplicationAdministrators, permissionsManagementAdministrators };
}

/** Assignments scoped to one application or administrative unit do not carry the guide's steps. */
async function holders(api: EntraApi, roleDefinitionId: string): Promise<string[]> {
  const assignments = await api.listRoleAssignments(roleDefinitionId);
  return [...new Set(assignments.filter((a) => (a.directoryScopeId ?? '/') === '/').map((a) => a.principalId))].toSorted();
}

async function nameOf(api: EntraApi, id: string): Promise<string> {
  try {
    return await api.getUserPrincipalName(id);
  } catch (error) {
    if (classifyEntra(error).kind === 'gone') return id;
    throw error;
  }
}
