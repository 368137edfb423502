import type { ObjectOf } from '../objects.ts';
import { emailOf } from '../objects/gcp.ts';
import { type SandboxContext, visible } from '../service.ts';
import { GcpError } from './wire.ts';

type ServiceAccount = ObjectOf<'gcp-service-account'>;

/** Accounts that had one address, one after the other, but for the one that the estate keeps under it now. */
interface Others {
  /** Unique id of the one the estate began with: it is what the estate's bindings mean by the address. */
  first: string;
  accounts: { object: ServiceAccount; deletedAt: string }[];
}

/** Gives an address to an account, made or undeleted. A deleted one that had it before stays known by its unique id. */
export function takeAddress(context: SandboxContext, account: ServiceAccount): void {
  const email = emailOf(account);
  const before = context.store.deleted('gcp-service-account').find((d) => emailOf(d.object) === email);
  if (before && before.object.uniqueId !== account.uniqueId) {
    const all = addresses(context);
    const { first, accounts } = all[email] ?? { first: before.object.uniqueId, accounts: [] };
    const gone = { object: before.object, deletedAt: before.deletedAt.toISOString() };
    all[email] = { first, accounts: [...accounts.filter((a) => a.object.uniqueId !== account.uniqueId), gone] };
  }
  context.store.put(account);
}

/** The project that an address names, one of a domain by its id; undefined for those of Google's own accounts. */
function projectIn(address: string): string | undefined {
  const [, id, domain] = /@([^@.]+)(?:\.([^@]+))?\.iam\.gserviceaccount\.com/.exec(address) ?? [];
  return id !== undefined && domain !== undefined ? `${domain}:${id}` : id;
}

/** Accounts of the project that an address names. */
function liveIn({ store }: SandboxContext, address: string): ServiceAccount[] {
  const part = projectIn(address);
  return store.list('gcp-service-account', part === undefined ? {} : { part });
}

/** Every deleted account, of one project or all, those whose address another one has by now included. */
export function deletedAccounts(context: SandboxContext, project?: string): { object: ServiceAccount; deletedAt: Date }[] {
  const replaced = Object.values(addresses(context)).flatMap((a) =>
    a.accounts.filter((r) => project === undefined || r.object.project === project),
  );
  return [
    ...context.store.deleted('gcp-service-account', project),
    ...replaced.map(({ object, deletedAt }) => ({ object, deletedAt: new Date(deletedAt) })),
  ];
}

/**
 * What the estate calls an account in members and resources: its address, and for one that was made under the address of another,
 * which is not the same to Google, `<address>?uid=<unique id>`.
 */
export function keptAddress(context: SandboxContext, account: ServiceAccount): string {
  const email = emailOf(account);
  const first = addresses(context)[email]?.first ?? account.uniqueId;
  return account.uniqueId === first ? email : `${email}?uid=${account.uniqueId}`;
}

/** A member of the estate as policies show it: that of a deleted service account as `deleted:serviceAccount:<email>?uid=<unique id>`. */
export function shownForm(context: SandboxContext, member: string): string {
  const address = /^serviceAccount:(.+)$/.exec(member)?.[1];
  if (address === undefined) return member;
  const isIt = (a: Parameters<typeof keptAddress>[1]) => keptAddress(context, a) === address;
  const live = visible(context, 'gcp-service-account', 'get', projectIn(address)).find(isIt);
  if (live) return `serviceAccount:${emailOf(live)}`;
  // Policies learn late of an undeleted one.
  const gone = [...deletedAccounts(context, projectIn(address)).map((d) => d.object), ...liveIn(context, address)].find(isIt);
  return gone ? `deleted:serviceAccount:${emailOf(gone)}?uid=${gone.uniqueId}` : member;
}

/**
 * A member as the estate keeps it, whether its account is deleted or not. One that was deleted before the estate began stays another
 * member than the account that has its address now; so does one whose account was made again.
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

/** Google refuses a new member that is a service account which does not exist, or of which policies do not know yet that it was undeleted; only projects of the estate can be judged. */
export function refuseUnknownMember(context: SandboxContext, member: string): void {
  const [, address = '', end = ''] = /^serviceAccount:([^@]+(@.+\.iam\.gserviceaccount\.com).*)$/.exec(member) ?? [];
  if (!context.store.list('gcp-project').some((p) => emailOf({ accountId: '', project: p.projectId }) === end)) return;
  const isIt = (a: ServiceAccount) => keptAddress(context, a) === address;
  if (visible(context, 'gcp-service-account', 'get').some(isIt)) return;
  const undeleted = context.store.list('gcp-service-account').find((a) => isIt(a) && emailOf(a) === address);
  throw new GcpError(
    'INVALID_ARGUMENT',
    undeleted ? `Inconsistent representation of deleted member: ${member}.` : `Service account ${address} does not exist.`,
  );
}

function addresses(context: SandboxContext): Record<string, Others> {
  return context.store.slot<Record<string, Others>>('gcp-addresses', {});
}
