import { DIRECTORY_ROLES } from '../../../model/footprint.ts';
import type { SystemId } from '../../../model/names.ts';
import { ELIGIBLE_DOUBT, type OwnAccess, type OwnGrant } from '../../../model/own-access.ts';
import { unlessRefused } from '../../answer.ts';
import { failureMessage } from '../../failures.ts';
import { noneWithoutLicence } from '../../microsoft/failure.ts';
import type { Self } from '../../microsoft/self.ts';
import { classifyEntra } from '../wire/classify.ts';
import type { EntraApi } from '../wire/clients.ts';
import type { DirectoryRoleAssignment } from '../wire/shapes.ts';
import { demandTenant } from '../reader.ts';

const GLOBAL_ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10';

/** Built-in directory roles that a worker may have been given, by template id. Source: Microsoft's "Entra built-in roles". */
const ROLES: Record<string, string> = {
  [DIRECTORY_ROLES.cloudApplicationAdministrator]: 'Cloud Application Administrator',
  [DIRECTORY_ROLES.permissionsManagementAdministrator]: 'Permissions Management Administrator',
  '9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3': 'Application Administrator',
  'f2ef992c-3afb-46b9-b7cf-a126ee74c451': 'Global Reader',
  '88d8e3e3-8f55-4a1e-953a-9b9898b8876b': 'Directory Readers',
  [GLOBAL_ADMINISTRATOR]: 'Global Administrator',
};

/** Directory roles and application permissions of the principal that the worker signs in as. */
export async function ownAccessToDirectory(api: EntraApi, system: SystemId): Promise<OwnAccess> {
  const self = await demandTenant(api, system);
  const { principalId, applicationId } = self;
  const id = `${principalId} (application ${applicationId})`;
  const access: OwnAccess = { identities: [{ cloud: 'entra', id }], grants: [], unknown: [] };
  const unread = (what: string, why: string) => access.unknown.push({ system, reason: `${what} could not be read: ${why}` });
  const look = async (what: string, read: () => Promise<OwnGrant[] | undefined>) => {
    const answer = await unlessRefused(classifyEntra, read);
    if (!answer.ok) unread(what, failureMessage(answer.failure));
    else if (answer.value) access.grants.push(...answer.value);
    else unread(what, 'the worker is signed in as no service principal');
  };
  await look('directory roles', () => directoryRoles(api, system, principalId));
  await look('roles it is eligible for (PIM)', () => eligibleRoles(api, system, self));
  await look('application permissions', () => appRoles(api, system, principalId));
  return access;
}

async function directoryRoles(api: EntraApi, system: SystemId, principalId: string): Promise<OwnGrant[]> {
  const assignments = await api.listRoleAssignments({ principalId });
  return assignments.map((assignment) => {
    const { id, roleDefinitionId } = assignment;
    const isGlobal = roleDefinitionId === GLOBAL_ADMINISTRATOR;
    return {
      kind: 'entra-directory-role',
      system,
      id,
      holder: principalId,
      title: `directory role ${roleWords(assignment)}`,
      ...(isGlobal ? { doubt: 'this job never needs Global Administrator: it was given for something more' } : {}),
      definition: { roleDefinitionId },
    };
  });
}

async function eligibleRoles(api: EntraApi, system: SystemId, { principalId, isPerson }: Self): Promise<OwnGrant[]> {
  const listed = () => noneWithoutLicence(() => api.listEligibilities({ principalId }));
  // Nobody can make an application eligible, since it could not activate anything: a refusal hides nothing.
  const instances = isPerson ? await listed() : await unlessRefused(classifyEntra, listed).then((a) => (a.ok ? a.value : []));
  return instances.map((instance) => ({
    kind: 'entra-eligible-role',
    system,
    id: instance.id,
    holder: principalId,
    title: `eligible for directory role ${roleWords(instance)}`,
    doubt: ELIGIBLE_DOUBT,
    definition: { principalId, roleDefinitionId: instance.roleDefinitionId, directoryScopeId: instance.directoryScopeId ?? '/' },
  }));
}

function roleWords({ roleDefinitionId, directoryScopeId }: DirectoryRoleAssignment): string {
  const scope = directoryScopeId ?? '/';
  const name = ROLES[roleDefinitionId] ?? `role ${roleDefinitionId}`;
  return `${name}${scope === '/' ? '' : ` at ${scope}`}`;
}

async function appRoles(api: EntraApi, system: SystemId, principalId: string): Promise<OwnGrant[] | undefined> {
  const assignments = await api.listAppRoleAssignments(principalId);
  if (!assignments) return undefined;
  const names = new Map<string, string>();
  for (const resource of new Set(assignments.map((a) => a.resourceId)))
    for (const { id, value } of await api.listAppRoles(resource)) if (value) names.set(`${resource} ${id}`, value);
  return assignments.map(({ id, appRoleId, resourceId, resourceDisplayName }) => {
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
