import type { Facts } from '../../../model/finding.ts';

/**
 * Members of IAM bindings, in every form in which Google writes one identity. A service account stands as `serviceAccount:<address>` and, once it is deleted, as
 * `deleted:serviceAccount:<address>?uid=<unique id>`; the identities of a workload identity pool as `principal://…` and `principalSet://…` below its project's number.
 */

const DELETED_ACCOUNT = /^deleted:(serviceAccount:[^?]+)\?uid=(\d+)$/;
const POOL_MEMBER =
  /^(?:deleted:)?principal(?:Set)?:\/\/iam\.googleapis\.com\/projects\/(\d+)\/locations\/global\/workloadIdentityPools\/([^/]+)\/(.+)$/;
const ADDRESS = /^[^@]+@([^.@]+)(?:\.([^@]+))?\.iam\.gserviceaccount\.com$/;

/** A member as IAM writes it while its account lives: undeleting the account gives the member this form again. */
export function liveMember(member: string): string {
  return member.replace(DELETED_ACCOUNT, '$1');
}

/** The unique id of the deleted account that a member names; undefined for any other member. */
export function deletedId(member: string): string | undefined {
  return DELETED_ACCOUNT.exec(member)?.[2];
}

/** The address of the service account that a member names, alive or deleted; undefined for any other member. */
export function addressOf(member: string): string | undefined {
  const live = liveMember(member);
  return live.startsWith('serviceAccount:') ? live.slice('serviceAccount:'.length) : undefined;
}

/**
 * How a member may stand in a policy while it is the same identity: as the account with this unique id while it lives, and as the deleted one. Any other
 * member has the one form.
 */
export function formsOf(member: string, uniqueId: string): { live: string; deleted?: string } {
  const live = liveMember(member);
  return addressOf(member) === undefined || uniqueId === '' ? { live: member } : { live, deleted: `deleted:${live}?uid=${uniqueId}` };
}

/**
 * Whether a member is the account with this address and unique id. A deleted one of the same address and another id is not; nor, where this one is `gone`, is
 * whoever lives at its address.
 */
export function isAccount(member: string, { email, uniqueId, gone }: { email: string; uniqueId: string; gone?: true }): boolean {
  const { live, deleted } = formsOf(`serviceAccount:${email}`, uniqueId);
  return [gone ? undefined : live, deleted].some((form) => form?.toLowerCase() === member.toLowerCase());
}

/** Which account of ours a member is. */
export function accountHeldBy(member: string, facts: Pick<Facts, 'gcpServiceAccounts'>): Facts['gcpServiceAccounts'][number] | undefined {
  return facts.gcpServiceAccounts.find((a) => isAccount(member, a));
}

/** What of a pool a member stands for: its project's number, its id, and which of its identities (`*`, `attribute.NAME/VALUE`, `subject/SUBJECT`). */
export function poolMember(member: string): { projectNumber: string; pool: string; selector: string } | undefined {
  const [, projectNumber, pool, selector] = POOL_MEMBER.exec(member) ?? [];
  return projectNumber === undefined || pool === undefined || selector === undefined ? undefined : { projectNumber, pool, selector };
}

/** Id of the pool of a project, by its number, whose identities a member stands for. */
export function poolOf(member: string, projectNumber: string): string | undefined {
  const of = poolMember(member);
  return of?.projectNumber === projectNumber ? of.pool : undefined;
}

/** Id of the project that an account's address names; undefined for Google's own accounts. A project of a domain, `example.com:web`, stands there as `web.example.com`. */
export function projectOfAddress(address: string): string | undefined {
  const [, id, domain] = ADDRESS.exec(address) ?? [];
  return domain === undefined ? id : `${domain}:${id}`;
}

/** How the addresses of a project's accounts end. */
export function addressEnd(projectId: string): string {
  const [id = '', domain] = projectId.split(':').toReversed();
  return `@${id}${domain === undefined ? '' : `.${domain}`}.iam.gserviceaccount.com`;
}
