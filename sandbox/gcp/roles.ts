import type { ObjectOf } from '../objects.ts';
import type { SandboxContext, SandboxRequest, SandboxResponse } from '../service.ts';
import { demand } from './denials.ts';
import { etagOf, GcpError, page } from './wire.ts';

type Role = ObjectOf<'gcp-custom-role'>;

/** Until then it can be undeleted; Google shows it as deleted so long. */
const KEPT_MS = 7 * 86_400_000;

/** GET /v1/organizations/{id}/roles: without permissions, and without those deleted, as the API does by default. */
export function listRoles(organization: string, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  demand(context, `organizations/${organization}`, 'iam.roles.list');
  const roles = context.store.list('gcp-custom-role').filter((r) => r.organization === organization);
  return page(
    'roles',
    roles.map((r) => basic(r)),
    request,
  );
}

/** Throws GcpError 404. */
export function getRole(organization: string, id: string, context: SandboxContext): SandboxResponse {
  const { role, deleted } = find(organization, id, context);
  return { status: 200, body: whole(role, deleted) };
}

/** Soft, and answers the role as deleted. Throws GcpError 404. */
export function deleteRole(organization: string, id: string, context: SandboxContext): SandboxResponse {
  const { role, deleted } = find(organization, id, context);
  if (deleted) throw new GcpError('FAILED_PRECONDITION', `You can't delete role_id (${id}) because it is already deleted.`);
  context.store.remove(role, context.now());
  return { status: 200, body: whole(role, true) };
}

/** Within 7 days. Throws GcpError 404, FAILED_PRECONDITION for one that is not deleted. */
export function undeleteRole(organization: string, id: string, context: SandboxContext): SandboxResponse {
  const { role, deleted } = find(organization, id, context);
  if (!deleted) throw new GcpError('FAILED_PRECONDITION', `You can't undelete role_id (${id}) because it is not deleted.`);
  context.store.put(role);
  return { status: 200, body: whole(role, false) };
}

function find(organization: string, id: string, context: SandboxContext): { role: Role; deleted: boolean } {
  const isIt = (r: Role) => r.organization === organization && r.id === id;
  const live = context.store.list('gcp-custom-role').find(isIt);
  if (live) return { role: live, deleted: false };
  const since = context.now().getTime() - KEPT_MS;
  const gone = context.store.deleted('gcp-custom-role').find((d) => isIt(d.object) && d.deletedAt.getTime() > since);
  if (!gone) throw new GcpError('NOT_FOUND', `The role named organizations/${organization}/roles/${id} was not found.`);
  return { role: gone.object, deleted: true };
}

function basic({ organization, id, title, description, stage }: Role) {
  return {
    name: `organizations/${organization}/roles/${id}`,
    title,
    ...(description === undefined ? {} : { description }),
    stage,
    etag: etagOf(`${title} ${stage}`),
  };
}

function whole(role: Role, deleted: boolean): object {
  return { ...basic(role), includedPermissions: role.permissions, ...(deleted ? { deleted } : {}) };
}
