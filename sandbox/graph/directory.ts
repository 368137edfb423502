import { z } from 'zod';
import type { ObjectOf } from '../objects.ts';
import { jsonOf, type SandboxContext, type SandboxRequest, type SandboxResponse, visible } from '../service.ts';
import { applicationToWire, servicePrincipalToWire, userToWire, type Wire } from './directory-objects.ts';
import { collection, demandPermission, entity, found, GraphError } from './wire.ts';

/** How a path names an application or service principal: `[id]`, or by its app id as alternate key `[undefined, appId]`. */
export type Key = readonly (string | undefined)[];

/** GET /{type} with `$filter`, `$top` and `$select`, and GET /{type}/{id} or /{type}(appId='…'), which throws GraphError 404. */
function readable<K extends 'entra-application' | 'entra-service-principal'>(type: string, kind: K, toWire: (o: ObjectOf<K>) => Wire) {
  return {
    list: (_: Key, request: SandboxRequest, context: SandboxContext): SandboxResponse =>
      collection(visible(context, kind, 'list').map(toWire), type, request, context),
    get: (key: Key, request: SandboxRequest, context: SandboxContext): SandboxResponse =>
      entity(toWire(one(key, visible(context, kind, 'get'))), type, request, context),
  };
}

export const applications = readable('applications', 'entra-application', applicationToWire);
export const servicePrincipals = readable('servicePrincipals', 'entra-service-principal', servicePrincipalToWire);

/** DELETE /applications/{id}: soft, and the service principal of the same app id goes with it. Throws GraphError 404. */
export function deleteApplication(key: Key, context: SandboxContext): SandboxResponse {
  const application = one(key, context.store.list('entra-application'));
  const principals = context.store.list('entra-service-principal').filter((p) => p.appId.toLowerCase() === application.appId.toLowerCase());
  for (const object of [application, ...principals]) context.store.remove(object, context.now());
  return { status: 204 };
}

/** GET /applications/{id}/federatedIdentityCredentials. Throws GraphError 404. */
export function listFederatedIdentityCredentials(key: Key, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const { id, federatedIdentityCredentials } = one(key, visible(context, 'entra-application', 'get'));
  const values = federatedIdentityCredentials.map((c) => ({ ...c, description: null }));
  return collection(values, `applications('${id}')/federatedIdentityCredentials`, request, context);
}

const Patch = z.strictObject({ accountEnabled: z.boolean() });

/** PATCH /servicePrincipals/{id}: 204. Only `accountEnabled` can be changed here. Throws GraphError 400 or 404. */
export function patchServicePrincipal(key: Key, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const principal = one(key, context.store.list('entra-service-principal'));
  const patch = Patch.safeParse(jsonOf(request));
  if (!patch.success) throw new GraphError(400, 'Request_BadRequest', 'The body is not {"accountEnabled": true or false}.');
  context.store.put({ ...principal, ...patch.data });
  return { status: 204 };
}

/** GET /users/{id or userPrincipalName}. Throws GraphError 404. */
export function getUser(key: string, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const wanted = key.toLowerCase();
  const isIt = (u: { id: string; userPrincipalName: string }) => [u.id, u.userPrincipalName].some((k) => k.toLowerCase() === wanted);
  return entity(userToWire(found(context.store.list('entra-user').find(isIt), key)), 'users', request, context);
}

const GroupIds = z.strictObject({ groupIds: z.array(z.guid()).max(20) });

/** POST /users/{id}/checkMemberGroups: which of these groups the user is in, also through other groups. Throws GraphError 400, 403 or 404. */
export function checkMemberGroups(key: string, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  demandPermission(context, 'GroupMember.Read.All');
  const asked = GroupIds.safeParse(jsonOf(request));
  if (!asked.success) throw new GraphError(400, 'Request_BadRequest', 'The body names no groupIds, or more than 20.');
  const { id } = found(
    context.store.list('entra-user').find((u) => u.id.toLowerCase() === key.toLowerCase()),
    key,
  );
  const groups = context.store.list('entra-group');
  const within = new Set([id]);
  // Groups lie in groups, in any order and in circles.
  for (let before = 0; before < within.size;) {
    before = within.size;
    for (const group of groups) if (group.members.some((m) => within.has(m))) within.add(group.id);
  }
  const value = asked.data.groupIds.filter((g) => within.has(g.toLowerCase()));
  return { status: 200, body: { '@odata.context': `${context.origin}/graph/v1.0/$metadata#Collection(Edm.String)`, value } };
}

const Ids = z.looseObject({ ids: z.array(z.guid()).max(1_000) });

/** POST /directoryObjects/getByIds: those that are there, whatever they are. Throws GraphError 400. */
export function getByIds(request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const asked = Ids.safeParse(jsonOf(request));
  if (!asked.success) throw new GraphError(400, 'Request_BadRequest', 'The body names no ids, or too many.');
  const wanted = new Set(asked.data.ids.map((id) => id.toLowerCase()));
  const all = [
    ...visible(context, 'entra-application', 'get').map(applicationToWire),
    ...visible(context, 'entra-service-principal', 'get').map(servicePrincipalToWire),
    ...context.store.list('entra-user').map(userToWire),
  ];
  const value = all.filter((o) => typeof o['id'] === 'string' && wanted.has(o['id'].toLowerCase()));
  return { status: 200, body: { value } };
}

/** GUIDs are compared without regard to case. */
function one<T extends { id: string; appId: string }>([id, appId]: Key, among: T[]): T {
  const wanted = (id ?? appId ?? '').toLowerCase();
  return found(
    among.find((o) => (id === undefined ? o.appId : o.id).toLowerCase() === wanted),
    id ?? appId ?? '',
  );
}
