import type { ObjectOf } from '../objects.ts';
import type { SandboxContext } from '../service.ts';
import { permissionDenied } from './wire.ts';

/** A project by id or number, in whatever state. Throws GcpError 403 when unknown. */
export function findProject(context: SandboxContext, idOrNumber: string): ObjectOf<'gcp-project'> {
  const found = context.store.list('gcp-project').find((p) => p.projectId === idOrNumber || p.number === idOrNumber);
  if (!found) throw permissionDenied(`projects/${idOrNumber}`);
  return found;
}

/** A project that can be worked in. Throws GcpError 403 when unknown or shut down. */
export function activeProject(context: SandboxContext, idOrNumber: string): ObjectOf<'gcp-project'> {
  const project = findProject(context, idOrNumber);
  if (project.state !== 'ACTIVE') throw permissionDenied(`projects/${idOrNumber}`);
  return project;
}
