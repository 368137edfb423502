import { DIRECTORY_ROLES } from '../../model/footprint.ts';
import type { SystemId } from '../../model/names.ts';
import type { OwnAccess, OwnGrant } from '../../model/own-access.ts';
import { classifyEntra } from './classify.ts';
import type { AppRoleAssignment, EntraApi } from './clients.ts';
import { demandTenant } from './reader.ts';

/** Built-in directory roles that a worker may have been given, by template id. Source: Microsoft's "Entra built-in roles". */
const ROLES: Record<string, string> = {
  [DIRECTORY_ROLES.cloudApplicationAdministrator]: 'Cloud Application Administrator',
  [DIRECTORY_ROLES.permissionsManagementAdministrator]: 'Permissions Management Administrator',
  '9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3': 'Application Administrator',
  'f2ef992c-3afb-46b9-b7cf-a126ee74c451': 'Global Reader',
  '88d8e3e3-8f55-4a1e-953a-9b9898b8876b': 'Directory Readers',
};
const GLOBAL_ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10';

/** Directory roles and application permissions of the principal that the worker signs in as. */
export async function ownAccessToDirectory(api: EntraApi, system: SystemId): Promise<OwnAccess> {
  const { principalId, applicationId } = await demandTenant(api, system);
  const id = `${principalId} (application ${applicationId})`;
  const access: OwnAccess = { identities: [{ cloud: 'entra', id }], grants: [], unknown: [] };
  const look = async (what: string, read: () => Promise<OwnGrant[]>) => {
    try {
      access.grants.push(...(await read()));
    } catch (error) {
      const failure = classifyEntra(error);
      if (failure.kind === 'retry') throw error;
      const why = failure.kind === 'gone' ? 'the worker is signed in as no service principal' : `${failure.code}: ${failure.message}`;
      access.unknown.push({ system, reason: `${what} could not be read: ${why}` });
    }
  };
  await look('directory roles', () => directoryRoles(api, system, principalId));
  await look('application permissions', () => appRoles(api, system, principalId));
  return access;
}

async function directoryRoles(api: EntraApi, system: SystemId, principalId: string): Promise<OwnGrant[]> {
  const assignments = await api.listRoleAssignmentsOf(principalId);
  return assignments.map(({ id, roleDefinitionId, directoryScopeId }) => {
    const scope = directoryScopeId ?? '/';
    const isGlobal = roleDefinitionId === GLOBAL_ADMINISTRATOR;
    const name = isGlobal ? 'Global Administrator' : (ROLES[roleDefinitionId] ?? `role ${roleDefinitionId}`);
    return {
      kind: 'entra-directory-role',
      system,
      id,
      holder: principalId,
      title: `directory role ${name}${scope === '/' ? '' : ` at ${scope}`}`,
      ...(isGlobal ? { doubt: 'this job never needs Global Administrator: it was given for something more' } : {}),
      definition: { roleDefinitionId },
    };
  });
}

async function appRoles(api: EntraApi, system: SystemId, principalId: string): Promise<OwnGrant[]> {
  const assignments = await api.listAppRoleAssignments(principalId);
  const names = new Map<string, string>();
  for (const resource of new Set(assignments.map((a) => a.resourceId)))
    for (const { id, value } of await api.listAppRoles(resource)) if (value) names.set(`${resource} ${id}`, value);
  return assignments.map((assignment: AppRoleAssignment) => {
    const { id, appRoleId, resourceId, resourceDisplayName } = assignment;
    const name = names.get(`${resourceId} ${appRoleId}`) ?? `app role ${appRoleId}`;
    return {
      kind: 'entra-app-role',
      system,
      id,
      holder: principalId,
      title: `application permission ${name} of ${resourceDisplayName ?? resourceId}`,
      definition: { principalId, permission: name },
    };
  });
}
