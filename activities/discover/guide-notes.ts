import type { GuideNotes } from '../../model/inventory.ts';
import type { Manifest } from '../../model/manifest.ts';
import { authorizationSystems } from '../entra/authorization-systems.ts';
import type { EntraApi } from '../entra/wire/clients.ts';
import { readDirectoryRoles, type DirectoryRoles } from '../entra/directory-roles.ts';
import type { AuthorizationSystem } from '../entra/wire/shapes.ts';
import type { Deps } from '../deps.ts';
import { failureMessage } from '../failures.ts';
import { lookInSystem } from '../look/look.ts';

/** The guide's five notes before migrating, as far as the directory still tells; what has no API is left for a person to fill in. */
export async function guideNotes(deps: Deps, manifest: Manifest): Promise<GuideNotes> {
  const ask = <T>(work: (api: EntraApi) => Promise<T>) =>
    lookInSystem(deps, { manifest }, `entra:${manifest.tenant.id}`, (api) => work(api as EntraApi));
  const listed = await ask(authorizationSystems);
  const roles = await ask(readDirectoryRoles);
  return {
    authorizationSystems: listed.ok
      ? listed.value.state === 'gone'
        ? { listed: [], gone: listed.value.code }
        : { listed: listed.value.systems.map(described) }
      : { listed: [], unseen: failureMessage(listed.failure) },
    administrators: roles.ok ? administratorsOf(roles.value) : { direct: [], eligible: [], unseen: failureMessage(roles.failure) },
    groupAccess: [],
    customReports: [],
    alerts: [],
  };
}

function administratorsOf(roles: DirectoryRoles): GuideNotes['administrators'] {
  const { permissionsManagementAdministrators: direct, eligibleAdministrators: eligible, eligibleUnseen: unseen } = roles;
  return {
    direct: direct.map((a) => a.name),
    eligible: eligible.map((a) => a.name),
    ...(unseen === undefined ? {} : { unseen: `who is eligible could not be listed: ${unseen}` }),
  };
}

function described(system: AuthorizationSystem): GuideNotes['authorizationSystems']['listed'][number] {
  const { authorizationSystemName: name, permissionsModificationCapability: controller } = system;
  return {
    type: system.authorizationSystemType.toLowerCase(),
    id: system.authorizationSystemId,
    ...(name ? { name } : {}),
    ...(controller ? { controller } : {}),
  };
}
