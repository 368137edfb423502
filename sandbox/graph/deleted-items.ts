import type { ObjectOf } from '../objects.ts';
import { deletedWithin, type SandboxContext, type SandboxRequest, type SandboxResponse } from '../service.ts';
import { applicationToWire, servicePrincipalToWire } from './directory-objects.ts';
import { collection, entity, found, GraphError } from './wire.ts';

const RETENTION_MS = 30 * 86_400_000;

type Restorable = ObjectOf<'entra-application'> | ObjectOf<'entra-service-principal'>;

/** GET /directory/deletedItems/{id}: 404 once the 30 days are over. */
export function getDeletedItem(id: string, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const { object, deletedAt } = find(id, context);
  return entity({ ...typed(object), deletedDateTime: deletedAt.toISOString() }, 'directoryObjects', request, context);
}

/** GET /directory/deletedItems/microsoft.graph.application or …servicePrincipal. */
export function listDeletedItems(type: string, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const values = deletedItems(context, context.linger.newList)
    .filter((d) => d.object.kind === (type === 'application' ? 'entra-application' : 'entra-service-principal'))
    .map((d) => ({ ...typed(d.object), deletedDateTime: d.deletedAt.toISOString() }));
  return collection(values, 'directoryObjects', request, context);
}

/** POST /directory/deletedItems/{id}/restore: brings back this object only; an application's service principal is restored by its own id. */
export function restoreDeletedItem(id: string, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const { object } = find(id, context);
  const uris = object.kind === 'entra-application' ? object.identifierUris : [];
  if (context.store.list('entra-application').some((a) => a.identifierUris.some((uri) => uris.includes(uri))))
    throw new GraphError(400, 'Request_BadRequest', 'Another object with the same value for property identifierUris already exists.');
  context.store.put(object);
  return entity(typed(object), 'directoryObjects', request, context);
}

function find(id: string, context: SandboxContext): { object: Restorable; deletedAt: Date } {
  return found(
    deletedItems(context, context.linger.newGet).find((d) => d.object.id.toLowerCase() === id.toLowerCase()),
    id,
  );
}

/** `hidden`: in ms, what was deleted later is not among them yet. */
function deletedItems(context: SandboxContext, hidden: number): { object: Restorable; deletedAt: Date }[] {
  const applications = deletedWithin(context, 'entra-application', RETENTION_MS);
  const all = [...applications, ...deletedWithin(context, 'entra-service-principal', RETENTION_MS)];
  return all.filter((d) => d.deletedAt.getTime() <= context.now().getTime() - hidden);
}

function typed(object: Restorable): Record<string, unknown> {
  return object.kind === 'entra-application'
    ? { '@odata.type': '#microsoft.graph.application', ...applicationToWire(object) }
    : { '@odata.type': '#microsoft.graph.servicePrincipal', ...servicePrincipalToWire(object) };
}
