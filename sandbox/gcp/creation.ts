import { randomInt } from 'node:crypto';
import { z } from 'zod';
import type { SandboxContext, SandboxRequest, SandboxResponse } from '../service.ts';
import { emailOf, takeAddress } from './addresses.ts';
import { startOperation } from './operations.ts';
import { poolName } from './pools.ts';
import { activeProject } from './projects.ts';
import { providerName } from './providers.ts';
import { getServiceAccount } from './service-accounts.ts';
import { softDeletable } from './soft-deletion.ts';
import { GcpError, readBody } from './wire.ts';

/** The calls that make service accounts, pools and providers. What is made anew is as much ours, or not, as what had its name. */

const Named = { displayName: z.string().optional(), description: z.string().optional() };
const Account = z.strictObject({ accountId: z.string(), serviceAccount: z.strictObject(Named).default({}) });
const Pool = z.strictObject({ ...Named, disabled: z.boolean().optional() });
const Provider = z.strictObject({
  ...Named,
  disabled: z.boolean().optional(),
  attributeMapping: z.record(z.string(), z.string()).default({}),
  attributeCondition: z.string().optional(),
  oidc: z.strictObject({ issuerUri: z.string(), allowedAudiences: z.array(z.string()).default([]) }),
});

const exists = (name: string) => new GcpError('ALREADY_EXISTS', `Requested entity already exists: ${name}`);

/** POST /v1/projects/{project}/serviceAccounts: another unique id than any before. Throws GcpError ALREADY_EXISTS. */
export function createServiceAccount(project: string, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const { projectId } = activeProject(context, project);
  const { accountId, serviceAccount } = readBody(request, Account);
  const isIt = (o: { project: string; accountId: string }) => o.project === projectId && o.accountId === accountId;
  if (context.store.list('gcp-service-account').some(isIt)) throw exists(accountId);
  const before = context.store.deleted('gcp-service-account').find((d) => isIt(d.object))?.object;
  const uniqueId = `1${Array.from({ length: 20 }, () => randomInt(10)).join('')}`;
  const made = {
    kind: 'gcp-service-account' as const,
    ours: before?.ours ?? false,
    project: projectId,
    accountId,
    uniqueId,
    disabled: false,
  };
  takeAddress(context, { ...made, ...said(serviceAccount) });
  return getServiceAccount(projectId, emailOf(made), context);
}

/** POST …/workloadIdentityPools?workloadIdentityPoolId=: a long-running operation. Throws GcpError ALREADY_EXISTS, also for one deleted softly. */
export function createPool(project: string, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const { projectId, number } = activeProject(context, project);
  const id = request.query.get('workloadIdentityPoolId') ?? '';
  const isIt = (o: { project: string; id: string }) => o.project === projectId && o.id === id;
  if (softDeletable(context, 'gcp-pool').some((p) => isIt(p.object))) throw exists(id);
  const { disabled = false, ...named } = readBody(request, Pool);
  const ours = context.store.deleted('gcp-pool').find((d) => isIt(d.object))?.object.ours ?? false;
  context.store.put({ kind: 'gcp-pool', ours, project: projectId, id, disabled, ...said(named) });
  return startOperation(context, poolName(number, id), 'WorkloadIdentityPool');
}

/** POST …/providers?workloadIdentityPoolProviderId=: a long-running operation. Throws GcpError ALREADY_EXISTS, NOT_FOUND for its pool. */
export function createProvider(key: { project: string; pool: string }, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const { projectId, number } = activeProject(context, key.project);
  const { pool } = key;
  if (!context.store.list('gcp-pool').some((p) => p.project === projectId && p.id === pool))
    throw new GcpError('NOT_FOUND', `Requested entity was not found: ${poolName(projectId, pool)}.`);
  const id = request.query.get('workloadIdentityPoolProviderId') ?? '';
  const isIt = (o: { project: string; pool: string; id: string }) => o.project === projectId && o.pool === pool && o.id === id;
  if (softDeletable(context, 'gcp-provider').some((p) => isIt(p.object))) throw exists(id);
  const { oidc, attributeMapping, attributeCondition, disabled = false, displayName } = readBody(request, Provider);
  const ours = context.store.deleted('gcp-provider').find((d) => isIt(d.object))?.object.ours ?? false;
  const trust = { issuer: oidc.issuerUri, audiences: oidc.allowedAudiences, attributeMapping };
  context.store.put({
    kind: 'gcp-provider',
    ours,
    project: projectId,
    pool,
    id,
    disabled,
    ...trust,
    ...said({ displayName, attributeCondition }),
  });
  return startOperation(context, providerName({ project: number, pool, id }), 'WorkloadIdentityPoolProvider');
}

/** Google tells an empty text and none alike. */
function said(fields: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).flatMap(([k, v]) => (v ? [[k, v]] : [])));
}
