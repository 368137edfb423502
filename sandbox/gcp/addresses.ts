import type { ObjectOf } from '../objects.ts';
import type { SandboxContext } from '../service.ts';

type ServiceAccount = ObjectOf<'gcp-service-account'>;

/** Accounts that had one address, one after the other, but for the one that the estate keeps under it now. */
interface Others {
  /** Unique id of the one the estate began with: it is what the estate's bindings mean by the address. */
  first: string;
  accounts: { object: ServiceAccount; deletedAt: string }[];
}

/** A service account's mail address. */
export function emailOf(account: Pick<ServiceAccount, 'accountId' | 'project'>): string {
  return `${account.accountId}@${account.project}.iam.gserviceaccount.com`;
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

/** Every deleted account, those whose address another one has by now included. */
export function deletedAccounts(context: SandboxContext): { object: ServiceAccount; deletedAt: Date }[] {
  const replaced = Object.values(addresses(context)).flatMap((a) => a.accounts);
  return [
    ...context.store.deleted('gcp-service-account'),
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

function addresses(context: SandboxContext): Record<string, Others> {
  return context.store.slot<Record<string, Others>>('gcp-addresses', {});
}
