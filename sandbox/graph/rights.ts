import { entraClient } from '../entra/client.ts';
import type { SandboxContext } from '../service.ts';
import { GraphError } from './wire.ts';

/** Throws GraphError 403 when the estate takes a permission from the worker's own principal. */
export function demandPermission(context: SandboxContext, permission: string): void {
  const { clientId } = entraClient(context.store);
  const worker = context.store.list('entra-service-principal').find((p) => p.appId.toLowerCase() === clientId.toLowerCase());
  if (worker?.lacks.includes(permission))
    throw new GraphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
}
