import type { GuideNotes } from '../../model/inventory.ts';
import type { Manifest } from '../../model/manifest.ts';
import { authorizationSystems } from '../entra/authorization-systems.ts';
import type { EntraApi } from '../entra/wire/clients.ts';
import { readDirectoryRoles } from '../entra/directory-roles.ts';
import type { Deps } from '../deps.ts';
import { failureMessage } from '../failures.ts';
import { lookInSystem } from '../look/look.ts';

/** The guide's five notes before migrating, as far as the directory still tells; what has no API is left for a person to fill in. */
export async function guideNotes(deps: Deps, manifest: Manifest): Promise<GuideNotes> {
  const listed = await ask(deps, manifest, authorizationSystems);
  const roles = await ask(deps, manifest, readDirectoryRoles);
  return {
    authorizationSystems: listed.ok
      ? listed.value.state === 'gone'
        ? { listed: [], gone: listed.value.code }
        : { listed: listed.value.systems.map(described) }
      : { listed: [], gone: listed.reason },
    administrators: roles.ok
      ? {
          direct: roles.value.permissionsManagementAdministrators.map((a) => a.name),
          eligible: roles.value.eligibleAdministrators.map((a) => a.name),
          ...(roles.value.eligibleUnseen === undefined
            ? {}
            : { unseen: `who is eligible could not be listed: ${roles.value.eligibleUnseen}` }),
        }
      : { direct: [], eligible: [], unseen: `the directory roles could not be read: ${roles.reason}` },
    groupAccess: [],
    customReports: [],
    alerts: [],
  };
}

type Listed = Awaited<ReturnType<EntraApi['listAuthorizationSystems']>>[number];

function described(system: Listed): GuideNotes['authorizationSystems']['listed'][number] {
  const { authorizationSystemName: name, permissionsModificationCapability: controller } = system;
  return {
    type: system.authorizationSystemType.toLowerCase(),
    id: system.authorizationSystemId,
    ...(name ? { name } : {}),
    ...(controller ? { controller } : {}),
  };
}

async function ask<T>(
  deps: Deps,
  manifest: Manifest,
  work: (api: EntraApi) => Promise<T>,
): Promise<{ ok: true; value: T } | { ok: false; reason: string }> {
  const answer = await lookInSystem(deps, { manifest }, `entra:${manifest.tenant.id}`, (api) => work(api as EntraApi));
  return answer.ok ? answer : { ok: false, reason: failureMessage(answer.failure) };
}
