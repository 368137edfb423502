import { z } from 'zod';
import { visible } from '../lingering.ts';
import type { SandboxContext, SandboxRequest, SandboxResponse } from '../service.ts';
import { matches, type Key } from './applications.ts';
import { servicePrincipalToWire } from './directory-objects.ts';
import { collection, entity, GraphError, notFound } from './wire.ts';

/** GET /servicePrincipals with `$filter`, `$top` and `$select`. */
export function listServicePrincipals(request: SandboxRequest, context: SandboxContext): SandboxResponse {
  return collection(visible(context, 'entra-service-principal').map(servicePrincipalToWire), 'servicePrincipals', request, context);
}

/** GET /servicePrincipals/{id} or /servicePrincipals(appId='…'). Throws GraphError 404. */
export function getServicePrincipal(key: Key, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const found = visible(context, 'entra-service-principal').find((p) => matches(key, p));
  if (!found) throw notFound(key.value);
  return entity(servicePrincipalToWire(found), 'servicePrincipals', request, context);
}

const Patch = z.strictObject({ accountEnabled: z.boolean() });

/** PATCH /servicePrincipals/{id}: 204. Only `accountEnabled` can be changed here. Throws GraphError 400 or 404. */
export function patchServicePrincipal(key: Key, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const found = context.store.list('entra-service-principal').find((p) => matches(key, p));
  if (!found) throw notFound(key.value);
  const patch = Patch.safeParse(parseJson(request.body));
  if (!patch.success) throw new GraphError(400, 'Request_BadRequest', 'The body is not {"accountEnabled": true or false}.');
  context.store.put({ ...found, accountEnabled: patch.data.accountEnabled });
  return { status: 204 };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
