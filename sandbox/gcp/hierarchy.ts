import type { ObjectOf } from '../objects.ts';
import type { SandboxContext } from '../service.ts';
import { permissionDenied, permissionRefused } from './wire.ts';

/** An organisation and every folder and project below it, as `organizations/<n>`, `folders/<n>` and `projects/<id>`. */
export function below(context: SandboxContext, root: string): string[] {
  const folders = context.store.list('gcp-folder').filter((f) => f.parent === root);
  const projects = context.store.list('gcp-project').filter((p) => p.parent === root);
  return [root, ...folders.flatMap((f) => below(context, `folders/${f.id}`)), ...projects.map((p) => `projects/${p.projectId}`)];
}

/** A project that can be worked in, by its id or number. Throws GcpError 403 when unknown or shut down. */
export function activeProject(context: SandboxContext, idOrNumber: string): ObjectOf<'gcp-project'> {
  const found = context.store.list('gcp-project').find((p) => p.projectId === idOrNumber || p.number === idOrNumber);
  if (found?.state !== 'ACTIVE') throw permissionDenied(`projects/${idOrNumber}`);
  return found;
}

/** Throws GcpError 403 when the estate denies the worker this permission on an organisation, folder or project (by its id). */
export function demand(context: SandboxContext, resource: string, permission: string): void {
  if (denies(context, resource, permission)) throw permissionRefused(permission, resource);
}

/** Whether the estate denies it. */
export function denies({ store }: SandboxContext, resource: string, permission: string): boolean {
  const [type, id] = resource.split('/');
  const denied =
    type === 'organizations'
      ? store.list('gcp-organization').find((o) => o.id === id)?.deny
      : type === 'folders'
        ? store.list('gcp-folder').find((f) => f.id === id)?.deny
        : store.list('gcp-project').find((p) => p.projectId === id || p.number === id)?.deny;
  return denied?.includes(permission) === true;
}
