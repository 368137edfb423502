import { randomInt } from 'node:crypto';
import { z } from 'zod';
import type { ObjectOf } from '../objects.ts';
import { emailOf } from '../objects/gcp.ts';
import { type SandboxContext, type SandboxRequest, type SandboxResponse, visible } from '../service.ts';
import { deletedAccounts, keptAddress, takeAddress } from './addresses.ts';
import { activeProject, demand } from './hierarchy.ts';
import { etagOf, GcpError, page, permissionRefused, readBody, said } from './wire.ts';

type ServiceAccount = ObjectOf<'gcp-service-account'>;

const RETENTION_MS = 30 * 86_400_000;

const Creation = z.strictObject({
  accountId: z.string(),
  serviceAccount: z.strictObject({ displayName: z.string().optional(), description: z.string().optional() }).default({}),
});

/** GET /v1/projects/{project}/serviceAccounts. */
export function listServiceAccounts(project: string, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const { projectId } = activeProject(context, project);
  demand(context, `projects/${projectId}`, 'iam.serviceAccounts.list');
  const accounts = visible(context, 'gcp-service-account', 'list', projectId);
  return page('accounts', accounts.map(toWire), request);
}

/** GET of one account, by e-mail or unique id; `-` stands for any project. Throws GcpError 403 where there is none. */
export function getServiceAccount(project: string, key: string, context: SandboxContext): SandboxResponse {
  const account = find(visible(context, 'gcp-service-account', 'get'), project, key, context);
  if (!account) throw notThere('get', project, key);
  return { status: 200, body: toWire(account) };
}

/** POST: as much ours, or not, as what had its address, with another unique id than any before. Throws GcpError ALREADY_EXISTS. */
export function createServiceAccount(project: string, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const { projectId } = activeProject(context, project);
  const { accountId, serviceAccount } = readBody(request, Creation);
  const isIt = (a: ServiceAccount) => a.project === projectId && a.accountId === accountId;
  if (context.store.list('gcp-service-account').some(isIt))
    throw new GcpError('ALREADY_EXISTS', `Requested entity already exists: ${accountId}`);
  const ours = context.store.deleted('gcp-service-account').find((d) => isIt(d.object))?.object.ours ?? false;
  const uniqueId = `1${Array.from({ length: 20 }, () => randomInt(10)).join('')}`;
  const made = { kind: 'gcp-service-account' as const, ours, project: projectId, accountId, uniqueId, disabled: false };
  takeAddress(context, { ...made, ...said(serviceAccount) });
  return { status: 200, body: toWire({ ...made, ...said(serviceAccount) }) };
}

/** :disable and :enable answer an empty object, also when nothing changes. Throws GcpError 403 where there is none. */
export function setDisabled(project: string, key: string, disabled: boolean, context: SandboxContext): SandboxResponse {
  const account = liveAccount(project, key, disabled ? 'disable' : 'enable', context);
  if (account.disabled !== disabled) context.store.put({ ...account, disabled });
  return { status: 200, body: {} };
}

/** DELETE answers an empty object; afterwards the account is 403 and can be undeleted for 30 days. Throws GcpError 403 where there is none. */
export function deleteServiceAccount(project: string, key: string, context: SandboxContext): SandboxResponse {
  context.store.remove(liveAccount(project, key, 'delete', context), context.now());
  return { status: 200, body: {} };
}

/** :undelete takes the numeric unique id only: an e-mail may belong to a newer account. Throws GcpError 404, ALREADY_EXISTS while it does. */
export function undeleteServiceAccount(project: string, key: string, context: SandboxContext): SandboxResponse {
  const kept = context.now().getTime() - RETENTION_MS;
  const deleted = deletedAccounts(context)
    .filter((d) => d.deletedAt.getTime() > kept)
    .map((d) => d.object);
  if (!/^\d+$/.test(key)) throw new GcpError('INVALID_ARGUMENT', 'A deleted service account is named by its unique id.');
  const account = find(deleted, project, key, context);
  if (!account) throw new GcpError('NOT_FOUND', `No deleted service account has the unique id ${key}.`);
  if (context.store.list('gcp-service-account').some((a) => emailOf(a) === emailOf(account)))
    throw new GcpError('ALREADY_EXISTS', `Service account ${accountName(account)} already exists.`);
  takeAddress(context, account);
  return { status: 200, body: { restoredAccount: toWire(account) } };
}

/** The keys that people made; Google's own are listed only when asked for. */
export function listKeys(project: string, key: string, context: SandboxContext): SandboxResponse {
  const account = liveAccount(project, key, 'get', context);
  demand(context, `projects/${account.project}`, 'iam.serviceAccountKeys.list');
  const keys = (account.keys ?? []).map((id) => ({
    name: `${accountName(account)}/keys/${id}`,
    validAfterTime: '2022-03-01T08:00:00Z',
    validBeforeTime: '9999-12-31T23:59:59Z',
    keyOrigin: 'GOOGLE_PROVIDED',
    keyType: 'USER_MANAGED',
  }));
  return { status: 200, body: keys.length > 0 ? { keys } : {} };
}

/** The live account a path names, for a call that needs `iam.serviceAccounts.<permission>`. Throws GcpError 403 where there is none. */
export function liveAccount(project: string, key: string, permission: string, context: SandboxContext): ServiceAccount {
  const account = find(context.store.list('gcp-service-account'), project, key, context);
  if (!account) throw notThere(permission, project, key);
  return account;
}

/** Google does not tell an account that is not there from one that the caller may not see. */
function notThere(permission: string, project: string, key: string): GcpError {
  return permissionRefused(`iam.serviceAccounts.${permission}`, `projects/${project}/serviceAccounts/${key}`);
}

/** The name under which the estate keeps an account's own policy, which goes with the account: one made again begins without. */
export function policyName(account: ServiceAccount, context: SandboxContext): string {
  return `projects/${account.project}/serviceAccounts/${keptAddress(context, account)}`;
}

function accountName(account: ServiceAccount): string {
  return `projects/${account.project}/serviceAccounts/${emailOf(account)}`;
}

function find(accounts: ServiceAccount[], project: string, key: string, context: SandboxContext): ServiceAccount | undefined {
  const projectId = project === '-' ? undefined : activeProject(context, project).projectId;
  return accounts.find((a) => (a.uniqueId === key || emailOf(a) === key) && (projectId === undefined || a.project === projectId));
}

function toWire(account: ServiceAccount): object {
  return {
    name: accountName(account),
    projectId: account.project,
    uniqueId: account.uniqueId,
    email: emailOf(account),
    displayName: account.displayName,
    description: account.description,
    etag: etagOf(JSON.stringify(account)),
    oauth2ClientId: account.uniqueId,
    disabled: account.disabled || undefined,
  };
}
