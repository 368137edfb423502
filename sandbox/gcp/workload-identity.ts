import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { ObjectOf } from '../objects.ts';
import { deletedWithin, type SandboxContext, type SandboxRequest, type SandboxResponse, visible } from '../service.ts';
import { activeProject, demand } from './hierarchy.ts';
import { startOperation } from './operations.ts';
import { GcpError, page, readBody, said } from './wire.ts';

/**
 * Workload identity pools and their providers. Paths name a pool as `[project, pool]` and a provider as `[project, pool, provider]`, the project
 * by its id or number; listings and creations name what they are below. Each change is a long-running operation.
 */
type Names = string[];

type Kind = 'gcp-pool' | 'gcp-provider';

/** A pool or provider with the state the API shows: DELETED once its delete operation is done, and until 30 days are over. */
interface SoftDeletable {
  object: ObjectOf<Kind>;
  deletedAt?: Date;
  state: 'ACTIVE' | 'DELETED';
  expireTime?: string;
}

const RETENTION_MS = 30 * 86_400_000;

const Named = { displayName: z.string().optional(), description: z.string().optional(), disabled: z.boolean().default(false) };
const Pool = z.strictObject(Named);
const Provider = z.strictObject({
  ...Named,
  attributeMapping: z.record(z.string(), z.string()).default({}),
  attributeCondition: z.string().optional(),
  oidc: z.strictObject({ issuerUri: z.string(), allowedAudiences: z.array(z.string()).default([]), jwksJson: z.string().optional() }),
});
const Patch = z.strictObject({ disabled: z.boolean().default(false) });

/** GET …/workloadIdentityPools or …/providers; deleted ones with showDeleted=true only. Throws GcpError 404 for an unknown pool. */
export function listIdentities(names: Names, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const [project = '', pool] = names;
  const { projectId, number } = activeProject(context, project);
  if (pool === undefined) demand(context, `projects/${projectId}`, 'iam.workloadIdentityPools.list');
  else find(names, context);
  const shown = softDeletable(context, 'list', pool === undefined ? 'gcp-pool' : 'gcp-provider')
    .filter(({ object: o }) => o.project === projectId && (o.kind === 'gcp-pool' || o.pool === pool))
    .filter((i) => i.state === 'ACTIVE' || request.query.get('showDeleted') === 'true');
  const values = shown.map((i) => toWire(i, number));
  return page(pool === undefined ? 'workloadIdentityPools' : 'workloadIdentityPoolProviders', values, request);
}

/** One pool or provider, also for 30 days after its deletion (state DELETED). Throws GcpError 404. */
export function identityWire(names: Names, context: SandboxContext): object {
  return toWire(find(names, context), activeProject(context, names[0] ?? '').number);
}

/** POST with the id in the query; as much ours, or not, as what had its name. Throws GcpError ALREADY_EXISTS, also for one deleted softly. */
export function createIdentity(above: Names, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const [project = '', pool] = above;
  const { projectId } = activeProject(context, project);
  if (pool !== undefined && !context.store.list('gcp-pool').some((p) => p.project === projectId && p.id === pool))
    throw notFound([projectId, pool]);
  const id = request.query.get(pool === undefined ? 'workloadIdentityPoolId' : 'workloadIdentityPoolProviderId') ?? '';
  const names = [...above, id];
  const kind = kindOf(names);
  const isIt = ({ object }: { object: ObjectOf<Kind> }) => isNamed(object, [projectId, ...names.slice(1)]);
  if (all(context, kind).some(isIt)) throw new GcpError('ALREADY_EXISTS', `Requested entity already exists: ${id}`);
  const ours = context.store.deleted(kind).find(isIt)?.object.ours ?? false;
  if (pool === undefined) {
    const { disabled, ...named } = readBody(request, Pool);
    context.store.put({ kind: 'gcp-pool', ours, project: projectId, id, disabled, ...said(named) });
  } else {
    const { oidc, attributeMapping, attributeCondition, disabled, displayName } = readBody(request, Provider);
    const trust = {
      issuer: oidc.issuerUri,
      audiences: oidc.allowedAudiences,
      attributeMapping,
      ...said({ attributeCondition, jwksJson: oidc.jwksJson }),
    };
    context.store.put({ kind: 'gcp-provider', ours, project: projectId, pool, id, disabled, ...trust, ...said({ displayName }) });
  }
  return started(names, context);
}

/** DELETE. Throws GcpError 404 when it is not there or deleted already. */
export function deleteIdentity(names: Names, context: SandboxContext): SandboxResponse {
  context.store.remove(findLive(names, context), context.now());
  return started(names, context);
}

/** :undelete within 30 days. Throws GcpError 404 or FAILED_PRECONDITION, for a provider also while its pool is deleted. */
export function undeleteIdentity(names: Names, context: SandboxContext): SandboxResponse {
  const pool = names.slice(0, 2);
  if (kindOf(names) === 'gcp-provider' && find(pool, context).deletedAt)
    throw new GcpError('FAILED_PRECONDITION', `${nameOf(pool)} is deleted; undelete it first.`);
  const { object, deletedAt } = find(names, context);
  if (!deletedAt) throw new GcpError('FAILED_PRECONDITION', `${nameOf(names)} is not deleted.`);
  context.store.put(object);
  return started(names, context);
}

/** PATCH of `disabled` alone. Throws GcpError 404 when it is not there, INVALID_ARGUMENT for other fields. */
export function patchIdentity(names: Names, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const object = findLive(names, context);
  if (request.query.get('updateMask') !== 'disabled')
    throw new GcpError('INVALID_ARGUMENT', 'The sandbox changes the field disabled only.');
  context.store.put({ ...object, disabled: readBody(request, Patch).disabled });
  return started(names, context);
}

function kindOf(names: Names): Kind {
  return names.length === 2 ? 'gcp-pool' : 'gcp-provider';
}

function nameOf([project, pool, provider]: Names): string {
  return `projects/${project}/locations/global/workloadIdentityPools/${pool}${provider === undefined ? '' : `/providers/${provider}`}`;
}

function isNamed(o: ObjectOf<Kind>, names: Names): boolean {
  return isDeepStrictEqual(o.kind === 'gcp-pool' ? [o.project, o.id] : [o.project, o.pool, o.id], names);
}

function notFound(names: Names): GcpError {
  return new GcpError('NOT_FOUND', `Requested entity was not found: ${nameOf(names)}.`);
}

/** On the wire its name has the project's number. */
function started([project = '', ...ids]: Names, context: SandboxContext): SandboxResponse {
  const { number } = activeProject(context, project);
  return startOperation(context, nameOf([number, ...ids]), ids.length === 1 ? 'WorkloadIdentityPool' : 'WorkloadIdentityPoolProvider');
}

function find(names: Names, context: SandboxContext): SoftDeletable {
  const [project = '', ...ids] = names;
  const { projectId } = activeProject(context, project);
  const found = softDeletable(context, 'get', kindOf(names)).find((i) => isNamed(i.object, [projectId, ...ids]));
  if (!found) throw notFound(names);
  return found;
}

function findLive(names: Names, context: SandboxContext): ObjectOf<Kind> {
  const { object, deletedAt } = find(names, context);
  if (deletedAt) throw notFound(names);
  return object;
}

/** Live pools or providers and those deleted within 30 days, as they are. */
function all(context: SandboxContext, kind: Kind): { object: ObjectOf<Kind> }[] {
  return [...context.store.list(kind).map((object) => ({ object })), ...deletedWithin(context, kind, RETENTION_MS)];
}

/** The same, as a list or a single read shows them. */
function softDeletable(context: SandboxContext, read: 'list' | 'get', kind: Kind): SoftDeletable[] {
  const now = context.now().getTime();
  const live = visible(context, kind, read).filter((o) => context.store.list(kind).includes(o));
  return [
    ...live.map((object) => ({ object, state: 'ACTIVE' as const })),
    ...deletedWithin(context, kind, RETENTION_MS).map(({ object, deletedAt }) =>
      now < deletedAt.getTime() + context.linger[read]
        ? { object, deletedAt, state: 'ACTIVE' as const }
        : { object, deletedAt, state: 'DELETED' as const, expireTime: new Date(deletedAt.getTime() + RETENTION_MS).toISOString() },
    ),
  ];
}

function toWire({ object: o, state, expireTime }: SoftDeletable, number: string): object {
  const shown = { displayName: o.displayName, state, disabled: o.disabled || undefined, expireTime };
  if (o.kind === 'gcp-pool') return { name: nameOf([number, o.id]), description: o.description, ...shown };
  const oidc = { issuerUri: o.issuer, allowedAudiences: o.audiences.length > 0 ? o.audiences : undefined, jwksJson: o.jwksJson };
  const { attributeMapping, attributeCondition } = o;
  return { name: nameOf([number, o.pool, o.id]), ...shown, attributeMapping, attributeCondition, oidc };
}
