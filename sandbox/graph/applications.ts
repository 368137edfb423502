import { visible } from '../lingering.ts';
import type { SandboxContext, SandboxRequest, SandboxResponse } from '../service.ts';
import { applicationToWire } from './directory-objects.ts';
import { collection, entity, notFound } from './wire.ts';

/** GET /applications with `$filter`, `$top` and `$select`. */
export function listApplications(request: SandboxRequest, context: SandboxContext): SandboxResponse {
  return collection(visible(context, 'entra-application').map(applicationToWire), 'applications', request, context);
}

/** GET /applications/{id} or /applications(appId='…'). Throws GraphError 404. */
export function getApplication(key: Key, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const found = visible(context, 'entra-application').find((a) => matches(key, a));
  if (!found) throw notFound(key.value);
  return entity(applicationToWire(found), 'applications', request, context);
}

/** DELETE /applications/{id}: soft, and the service principal of the same app id goes with it. Throws GraphError 404. */
export function deleteApplication(key: Key, context: SandboxContext): SandboxResponse {
  const found = context.store.list('entra-application').find((a) => matches(key, a));
  if (!found) throw notFound(key.value);
  const principals = context.store.list('entra-service-principal').filter((p) => p.appId.toLowerCase() === found.appId.toLowerCase());
  for (const object of [found, ...principals]) context.store.remove(object, context.now());
  return { status: 204 };
}

/** GET /applications/{id}/federatedIdentityCredentials. Throws GraphError 404. */
export function listFederatedIdentityCredentials(key: Key, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const found = visible(context, 'entra-application').find((a) => matches(key, a));
  if (!found) throw notFound(key.value);
  const values = found.federatedIdentityCredentials.map((c) => ({ ...c, description: null }));
  return collection(values, `applications('${found.id}')/federatedIdentityCredentials`, request, context);
}

/** How a path names an entity: by object id, or by its app id as alternate key. */
export interface Key {
  property: 'id' | 'appId';
  value: string;
}

/** Whether an entity is the one a path names; GUIDs are compared without regard to case. */
export function matches(key: Key, entityLike: { id: string; appId: string }): boolean {
  return entityLike[key.property].toLowerCase() === key.value.toLowerCase();
}
