import { z } from 'zod';
import { visible } from '../lingering.ts';
import { jsonOf, type SandboxContext, type SandboxRequest, type SandboxResponse } from '../service.ts';
import { applicationToWire, servicePrincipalToWire, userToWire } from './directory-objects.ts';
import { collection, entity, found, GraphError } from './wire.ts';

/** How a path names an application or service principal: `[id]`, or by its app id as alternate key `[undefined, appId]`. */
export type Key = readonly (string | undefined)[];

/** GET /applications with `$filter`, `$top` and `$select`. */
export function listApplications(request: SandboxRequest, context: SandboxContext): SandboxResponse {
  return collection(visible(context, 'entra-application').map(applicationToWire), 'applications', request, context);
}

/** GET /applications/{id} or /applications(appId='…'). Throws GraphError 404. */
export function getApplication(key: Key, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  return entity(applicationToWire(one(key, visible(context, 'entra-application'))), 'applications', request, context);
}

/** DELETE /applications/{id}: soft, and the service principal of the same app id goes with it. Throws GraphError 404. */
export function deleteApplication(key: Key, context: SandboxContext): SandboxResponse {
  const application = one(key, context.store.list('entra-application'));
  const principals = context.store.list('entra-service-principal').filter((p) => p.appId.toLowerCase() === application.appId.toLowerCase());
  for (const object of [application, ...principals]) context.store.remove(object, context.now());
  return { status: 204 };
}

/** GET /applications/{id}/federatedIdentityCredentials. Throws GraphError 404. */
export function listFederatedIdentityCredentials(key: Key, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const { id, federatedIdentityCredentials } = one(key, visible(context, 'entra-application'));
  const values = federatedIdentityCredentials.map((c) => ({ ...c, description: null }));
  return collection(values, `applications('${id}')/federatedIdentityCredentials`, request, context);
}

/** GET /servicePrincipals with `$filter`, `$top` and `$select`. */
export function listServicePrincipals(request: SandboxRequest, context: SandboxContext): SandboxResponse {
  return collection(visible(context, 'entra-service-principal').map(servicePrincipalToWire), 'servicePrincipals', request, context);
}

/** GET /servicePrincipals/{id} or /servicePrincipals(appId='…'). Throws GraphError 404. */
export function getServicePrincipal(key: Key, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  return entity(servicePrincipalToWire(one(key, visible(context, 'entra-service-principal'))), 'servicePrincipals', request, context);
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

/** GUIDs are compared without regard to case. */
function one<T extends { id: string; appId: string }>([id, appId]: Key, among: T[]): T {
  const wanted = (id ?? appId ?? '').toLowerCase();
  return found(
    among.find((o) => (id === undefined ? o.appId : o.id).toLowerCase() === wanted),
    id ?? appId ?? '',
  );
}
