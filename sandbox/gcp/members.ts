import { visible } from '../lingering.ts';
import type { ObjectOf } from '../objects.ts';
import type { SandboxContext } from '../service.ts';
import { GcpError } from './wire.ts';

/** A service account's mail address. */
export function emailOf(account: Pick<ObjectOf<'gcp-service-account'>, 'accountId' | 'project'>): string {
  return `${account.accountId}@${account.project}.iam.gserviceaccount.com`;
}

/** A member as policies show it: that of a deleted service account as `deleted:serviceAccount:<email>?uid=<unique id>`. */
export function deletedForm(context: SandboxContext, member: string): string {
  const email = /^serviceAccount:(.+)$/.exec(member)?.[1];
  if (email === undefined || visible(context, 'gcp-service-account').some((a) => emailOf(a) === email)) return member;
  const gone = context.store.deleted('gcp-service-account').find((d) => emailOf(d.object) === email);
  return gone ? `deleted:serviceAccount:${email}?uid=${gone.object.uniqueId}` : member;
}

/**
 * A member as the estate keeps it, whether its account is deleted or not. One that was deleted before the estate began, and lost its
 * address to a later account, stays another member than that account.
 */
export function stableForm(context: SandboxContext, member: string): string {
  const [, live = '', email = '', uid = ''] = /^deleted:(serviceAccount:([^?]+))\?uid=(\d+)$/.exec(member) ?? [];
  const kept = [...context.store.list('gcp-service-account'), ...context.store.deleted('gcp-service-account').map((d) => d.object)];
  return kept.some((a) => emailOf(a) === email && a.uniqueId === uid) ? live : member;
}

/** Google refuses a new member that is a service account which does not exist; only projects of the estate can be judged. */
export function refuseUnknownMember(context: SandboxContext, member: string): void {
  const [, email = '', project = ''] = /^serviceAccount:([^@]+@([^.]+)\.iam\.gserviceaccount\.com)$/.exec(member) ?? [];
  if (!context.store.list('gcp-project').some((p) => p.projectId === project)) return;
  if (!context.store.list('gcp-service-account').some((a) => emailOf(a) === email))
    throw new GcpError('INVALID_ARGUMENT', `Service account ${email} does not exist.`);
}
