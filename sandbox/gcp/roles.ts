import { z } from 'zod';
import type { ObjectOf } from '../objects.ts';
import { deletedWithin, type SandboxContext, type SandboxRequest, type SandboxResponse } from '../service.ts';
import { demand } from './hierarchy.ts';
import { etagOf, GcpError, page, readBody } from './wire.ts';

type Role = ObjectOf<'gcp-custom-role'>;

/** Until then it can be undeleted; Google shows it as deleted so long. */
const KEPT_MS = 7 * 86_400_000;
/** Until then nobody can have its id. */
const TAKEN_MS = 37 * 86_400_000;

const Creation = z.strictObject({
  roleId: z.string().regex(/^[\w.]{3,64}$/),
  role: z.strictObject({
    title: z.string(),
    description: z.string().default(''),
    stage: z.enum(['ALPHA', 'BETA', 'GA', 'DEPRECATED', 'DISABLED', 'EAP']).default('GA'),
    includedPermissions: z.array(z.string()).min(1),
  }),
});

/** GET /v1/organizations/{id}/roles: without permissions, and without those deleted, as the API does by default. */
export function listRoles(organization: string, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  demand(context, `organizations/${organization}`, 'iam.roles.list');
  const roles = context.store.list('gcp-custom-role').filter((r) => r.organization === organization);
  return page('roles', roles.map(basic), request);
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

/** POST /v1/organizations/{id}/roles. Throws GcpError ALREADY_EXISTS, FAILED_PRECONDITION for 37 days after the deletion of one of its id. */
export function createRole(organization: string, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const { roleId: id, role } = readBody(request, Creation);
  const isIt = (r: Role) => r.organization === organization && r.id === id;
  if (context.store.list('gcp-custom-role').some(isIt))
    throw new GcpError('ALREADY_EXISTS', `A role named ${id} in organizations/${organization} already exists.`);
  const before = context.store.deleted('gcp-custom-role').find((d) => isIt(d.object));
  if (deletedWithin(context, 'gcp-custom-role', TAKEN_MS).some((d) => isIt(d.object)))
    throw new GcpError(
      'FAILED_PRECONDITION',
      `You can't create a role with role_id (${id}) where there is an existing role with that role_id in a deleted state.`,
    );
  const { title, description, stage, includedPermissions: permissions } = role;
  const made = { kind: 'gcp-custom-role' as const, ours: before?.object.ours ?? false, organization, id, title, stage, permissions };
  context.store.put({ ...made, ...(description ? { description } : {}) });
  return getRole(organization, id, context);
}

/** Whether a role can be granted. Of custom roles only those of the estate's organisations can be judged. */
export function refuseUnknownRole(role: string, context: SandboxContext): void {
  const [, organization = '', id] = /^organizations\/(\d+)\/roles\/(.+)$/.exec(role) ?? [];
  if (id === undefined || context.store.list('gcp-custom-role').some((r) => r.organization === organization && r.id === id)) return;
  throw new GcpError('INVALID_ARGUMENT', `Role (${role}) does not exist in the resource's hierarchy.`);
}

function find(organization: string, id: string, context: SandboxContext): { role: Role; deleted: boolean } {
  const isIt = (r: Role) => r.organization === organization && r.id === id;
  const live = context.store.list('gcp-custom-role').find(isIt);
  if (live) return { role: live, deleted: false };
  const gone = deletedWithin(context, 'gcp-custom-role', KEPT_MS).find((d) => isIt(d.object));
  if (!gone) throw new GcpError('NOT_FOUND', `The role named organizations/${organization}/roles/${id} was not found.`);
  return { role: gone.object, deleted: true };
}

function basic({ organization, id, title, description, stage }: Role) {
  return {
    name: `organizations/${organization}/roles/${id}`,
    title,
    description,
    stage,
    etag: etagOf(`${title} ${stage}`),
  };
}

function whole(role: Role, deleted: boolean): object {
  return { ...basic(role), includedPermissions: role.permissions, ...(deleted ? { deleted } : {}) };
}
