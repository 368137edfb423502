import type { SandboxContext } from '../service.ts';
import { permissionRefused } from './wire.ts';

/** Throws GcpError 403 when the estate denies the worker this permission on an organisation, folder or project (by its id). */
export function demand(context: SandboxContext, resource: string, permission: string): void {
  if (denies(context, resource, permission)) throw permissionRefused(permission, resource);
}

/** Whether the estate denies it. */
export function denies(context: SandboxContext, resource: string, permission: string): boolean {
  const [type, id] = resource.split('/');
  const { store } = context;
  const denied =
    type === 'organizations'
      ? store.list('gcp-organization').find((o) => o.id === id)?.deny
      : type === 'folders'
        ? store.list('gcp-folder').find((f) => f.id === id)?.deny
        : store.list('gcp-project').find((p) => p.projectId === id || p.number === id)?.deny;
  return denied?.includes(permission) === true;
}
