import { visible } from '../lingering.ts';
import type { SandboxContext } from '../service.ts';
import { deletedAccounts, emailOf, keptAddress } from './addresses.ts';
import { GcpError } from './wire.ts';

/** A member of the estate as policies show it: that of a deleted service account as `deleted:serviceAccount:<email>?uid=<unique id>`. */
export function shownForm(context: SandboxContext, member: string): string {
  const address = /^serviceAccount:(.+)$/.exec(member)?.[1];
  const isIt = (a: Parameters<typeof keptAddress>[1]) => keptAddress(context, a) === address;
  const live = visible(context, 'gcp-service-account').find(isIt);
  if (live) return `serviceAccount:${emailOf(live)}`;
  const gone = deletedAccounts(context).find((d) => isIt(d.object))?.object;
  return gone ? `deleted:serviceAccount:${emailOf(gone)}?uid=${gone.uniqueId}` : member;
}

/**
 * A member as the estate keeps it, whether its account is deleted or not. One that was deleted before the estate began stays another
 * member than the account that has its address now; so does one whose account was made anew.
 */
export function keptForm(context: SandboxContext, member: string): string {
  const [, deleted, email, uid] = /^(deleted:)?serviceAccount:([^?]+)(?:\?uid=(\d+))?$/.exec(member) ?? [];
  if (email === undefined) return member;
  const live = context.store.list('gcp-service-account');
  const gone = deletedAccounts(context).map((d) => d.object);
  // Without `deleted:` it means whoever has the address; nobody has one between a deletion and what comes after it.
  const account = deleted
    ? [...live, ...gone].find((a) => emailOf(a) === email && a.uniqueId === uid)
    : (live.find((a) => emailOf(a) === email) ?? gone.find((a) => emailOf(a) === email));
  return account ? `serviceAccount:${keptAddress(context, account)}` : member;
}

/** Google refuses a new member that is a service account which does not exist; only projects of the estate can be judged. */
export function refuseUnknownMember(context: SandboxContext, member: string): void {
  const [, address = '', project = ''] = /^serviceAccount:([^@]+@([^.]+)\.iam\.gserviceaccount\.com.*)$/.exec(member) ?? [];
  if (!context.store.list('gcp-project').some((p) => p.projectId === project)) return;
  if (!context.store.list('gcp-service-account').some((a) => keptAddress(context, a) === address))
    throw new GcpError('INVALID_ARGUMENT', `Service account ${address} does not exist.`);
}
