import type { ObjectOf } from '../objects.ts';
import type { SandboxContext, SandboxRequest, SandboxResponse } from '../service.ts';
import { demand } from './denials.ts';
import { startOperation } from './operations.ts';
import { activeProject } from './projects.ts';
import { disabledOf, softDelete, softDeletable, type SoftDeletable } from './soft-deletion.ts';
import { GcpError, page } from './wire.ts';

type Pool = ObjectOf<'gcp-pool'>;

/** GET …/workloadIdentityPools; deleted ones with showDeleted=true only. */
export function listPools(project: string, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const { projectId, number } = activeProject(context, project);
  demand(context, `projects/${projectId}`, 'iam.workloadIdentityPools.list');
  const pools = softDeletable(context, 'gcp-pool').filter((p) => p.object.project === projectId);
  const shown = pools.filter((p) => p.state === 'ACTIVE' || request.query.get('showDeleted') === 'true');
  return page(
    'workloadIdentityPools',
    shown.map((p) => toWire(p, number)),
    request,
  );
}

/** One pool, also for 30 days after its deletion (state DELETED). Throws GcpError 404. */
export function poolWire(project: string, id: string, context: SandboxContext): object {
  return toWire(find(project, id, context), activeProject(context, project).number);
}

/** DELETE: a long-running operation. Throws GcpError 404 when it is not there or deleted already. */
export function deletePool(project: string, id: string, context: SandboxContext): SandboxResponse {
  const pool = find(project, id, context);
  softDelete(context, pool, poolName(project, id));
  return startOperation(context, poolName(activeProject(context, project).number, id), 'WorkloadIdentityPool');
}

/** :undelete within 30 days: a long-running operation. Throws GcpError 404 or FAILED_PRECONDITION. */
export function undeletePool(project: string, id: string, context: SandboxContext): SandboxResponse {
  const pool = find(project, id, context);
  if (!pool.deletedAt) throw new GcpError('FAILED_PRECONDITION', `${poolName(project, id)} is not deleted.`);
  context.store.put(pool.object);
  return startOperation(context, poolName(activeProject(context, project).number, id), 'WorkloadIdentityPool');
}

/** PATCH of `disabled` alone: a long-running operation. Throws GcpError 404 when it is not there, INVALID_ARGUMENT for other fields. */
export function patchPool(project: string, id: string, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const pool = find(project, id, context);
  if (pool.deletedAt) throw new GcpError('NOT_FOUND', `Requested entity was not found: ${poolName(project, id)}.`);
  context.store.put({ ...pool.object, disabled: disabledOf(request) });
  return startOperation(context, poolName(activeProject(context, project).number, id), 'WorkloadIdentityPool');
}

/** A pool's resource name; on the wire `project` is the project's number. */
export function poolName(project: string, id: string): string {
  return `projects/${project}/locations/global/workloadIdentityPools/${id}`;
}

function find(project: string, id: string, context: SandboxContext): SoftDeletable<Pool> {
  const { projectId } = activeProject(context, project);
  const found = softDeletable(context, 'gcp-pool').find((p) => p.object.project === projectId && p.object.id === id);
  if (!found) throw new GcpError('NOT_FOUND', `Requested entity was not found: ${poolName(project, id)}.`);
  return found;
}

function toWire({ object, state, expireTime }: SoftDeletable<Pool>, number: string): object {
  return {
    name: poolName(number, object.id),
    ...(object.displayName === undefined ? {} : { displayName: object.displayName }),
    ...(object.description === undefined ? {} : { description: object.description }),
    state,
    ...(object.disabled ? { disabled: true } : {}),
    ...(expireTime ? { expireTime } : {}),
  };
}
