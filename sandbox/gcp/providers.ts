import type { ObjectOf } from '../objects.ts';
import type { SandboxContext, SandboxRequest, SandboxResponse } from '../service.ts';
import { startOperation } from './operations.ts';
import { poolName, poolWire } from './pools.ts';
import { activeProject } from './projects.ts';
import { disabledOf, softDelete, softDeletable, type SoftDeletable } from './soft-deletion.ts';
import { GcpError, page } from './wire.ts';

type Provider = ObjectOf<'gcp-provider'>;

/** Which provider a path names; `project` is an id or a number. */
export interface ProviderKey {
  project: string;
  pool: string;
  id: string;
}

/** GET …/providers; deleted ones with showDeleted=true only. Throws GcpError 404 for an unknown pool. */
export function listProviders(key: Omit<ProviderKey, 'id'>, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  poolWire(key.project, key.pool, context);
  const { projectId, number } = activeProject(context, key.project);
  const providers = softDeletable(context, 'gcp-provider').filter((p) => p.object.project === projectId && p.object.pool === key.pool);
  const shown = providers.filter((p) => p.state === 'ACTIVE' || request.query.get('showDeleted') === 'true');
  return page(
    'workloadIdentityPoolProviders',
    shown.map((p) => toWire(p, number)),
    request,
  );
}

/** One provider, also for 30 days after its deletion (state DELETED). Throws GcpError 404. */
export function providerWire(key: ProviderKey, context: SandboxContext): object {
  return toWire(find(key, context), activeProject(context, key.project).number);
}

/** DELETE: a long-running operation. Throws GcpError 404 when it is not there or deleted already. */
export function deleteProvider(key: ProviderKey, context: SandboxContext): SandboxResponse {
  softDelete(context, find(key, context), providerName(key));
  return startOperation(context, numbered(key, context), 'WorkloadIdentityPoolProvider');
}

/** :undelete within 30 days: a long-running operation. Throws GcpError 404 or FAILED_PRECONDITION. */
export function undeleteProvider(key: ProviderKey, context: SandboxContext): SandboxResponse {
  if (
    softDeletable(context, 'gcp-pool').some((p) => p.deletedAt && p.object.id === key.pool && sameProject(p.object.project, key, context))
  )
    throw new GcpError('FAILED_PRECONDITION', `${poolName(key.project, key.pool)} is deleted; undelete it first.`);
  const provider = find(key, context);
  if (!provider.deletedAt) throw new GcpError('FAILED_PRECONDITION', `${providerName(key)} is not deleted.`);
  context.store.put(provider.object);
  return startOperation(context, numbered(key, context), 'WorkloadIdentityPoolProvider');
}

/** PATCH of `disabled` alone: a long-running operation. Throws GcpError 404 when it is not there, INVALID_ARGUMENT for other fields. */
export function patchProvider(key: ProviderKey, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const provider = find(key, context);
  if (provider.deletedAt) throw new GcpError('NOT_FOUND', `Requested entity was not found: ${providerName(key)}.`);
  context.store.put({ ...provider.object, disabled: disabledOf(request) });
  return startOperation(context, numbered(key, context), 'WorkloadIdentityPoolProvider');
}

/** A provider's resource name. */
export function providerName(key: ProviderKey): string {
  return `${poolName(key.project, key.pool)}/providers/${key.id}`;
}

function sameProject(projectId: string, key: ProviderKey, context: SandboxContext): boolean {
  return activeProject(context, key.project).projectId === projectId;
}

function numbered(key: ProviderKey, context: SandboxContext): string {
  return providerName({ ...key, project: activeProject(context, key.project).number });
}

function find(key: ProviderKey, context: SandboxContext): SoftDeletable<Provider> {
  const { projectId } = activeProject(context, key.project);
  const found = softDeletable(context, 'gcp-provider').find(
    (p) => p.object.project === projectId && p.object.pool === key.pool && p.object.id === key.id,
  );
  if (!found) throw new GcpError('NOT_FOUND', `Requested entity was not found: ${providerName(key)}.`);
  return found;
}

function toWire({ object, state, expireTime }: SoftDeletable<Provider>, number: string): object {
  return {
    name: providerName({ ...object, project: number }),
    ...(object.displayName === undefined ? {} : { displayName: object.displayName }),
    state,
    ...(object.disabled ? { disabled: true } : {}),
    attributeMapping: object.attributeMapping,
    ...(object.attributeCondition === undefined ? {} : { attributeCondition: object.attributeCondition }),
    oidc: { issuerUri: object.issuer, ...(object.audiences.length > 0 ? { allowedAudiences: object.audiences } : {}) },
    ...(expireTime ? { expireTime } : {}),
  };
}
