import type { Facts } from '../../../model/finding.ts';
import type { Footprint, Losses, Own } from '../../kind.ts';
import type { Condition, GcpSnapshot, Policy } from '../snapshot.ts';

/** One member's hold on one role. */
export type Grant = {
  resource: string;
  role: string;
  member: string;
  condition: Condition | null;
};

/**
 * What a binding item plans to take away, and the shape of its snapshot: a grant to our service account, or on it. The account's unique
 * id tells it from a newcomer under the same mail address, whose grants are none of ours.
 */
export type AccountGrant = Grant & {
  uniqueId: string;
};

/** All grants of a policy, each with its binding's condition. */
export function grantsOf(resource: string, policy: Policy): Grant[] {
  return (policy.bindings ?? []).flatMap((b) =>
    b.members.map((member) => ({ resource, role: b.role, member, condition: b.condition ?? null })),
  );
}

/** What tells one grant from another, and its native id: IAM itself merges bindings of one role and condition. */
export function grantId(grant: Grant): string {
  const { resource, role, member, condition } = grant;
  return [resource, role, member, ...(condition ? [condition.title, condition.expression] : [])].join('#');
}

/** A grant to, or on, the account with this unique id. */
export function accountGrant({ resource, role, member, condition }: Grant, uniqueId: string): AccountGrant {
  return { resource, role, member, condition, uniqueId };
}

/**
 * Resource name of the account a grant is to, or on. Its project stands in its address; Google's wildcard `-` would do, but answers 403 for
 * an account that is not there. A project of a domain, `example.com:web`, stands there as `web.example.com`.
 */
export function accountOf({ resource, member }: Grant): string {
  if (resource.includes('/serviceAccounts/')) return resource;
  const email = liveMember(member).replace(/^serviceAccount:/, '');
  const [, id = '-', domain] = /@([^.]+)(?:\.(.+))?\.iam\.gserviceaccount\.com$/.exec(email) ?? [];
  return `projects/${domain === undefined ? id : `${domain}:${id}`}/serviceAccounts/${email}`;
}

const losses: Losses = {
  losses(item) {
    if (deletedId((item.snapshot as AccountGrant).member) === undefined) return [];
    return ['its account had been deleted before: it comes back only where that account is there again'];
  },
  comparable(snapshot, recreated) {
    const grant = snapshot as AccountGrant;
    return accountGrant({ ...grant, member: liveMember(grant.member) }, recreated === 'used' ? '' : grant.uniqueId);
  },
};

/** A policy with a grant that we took away. */
export function withGrant(policy: Policy, { item, byUs }: Own): Policy {
  const planned = item.snapshot as AccountGrant;
  const { resource, role, member, condition } = planned;
  const id = grantId(planned);
  if (grantsOf(resource, policy).some((g) => grantId(g) === id) || !byUs(undefined)) return policy;
  return { ...policy, bindings: [...(policy.bindings ?? []), { role, members: [member], ...(condition ? { condition } : {}) }] };
}

/** What is the same in every kind whose things are grants: one policy is one write. */
export const GRANTS: Pick<Footprint<GcpSnapshot>, 'writeKey' | 'losses'> = {
  writeKey: (item) => (item.snapshot as AccountGrant).resource,
  losses,
};

/** Members of IAM bindings, as Google writes them. */

const DELETED_MEMBER = /^deleted:(serviceAccount:[^?]+)\?uid=(\d+)$/;
const POOL_MEMBER = /^principal(?:Set)?:\/\/iam\.googleapis\.com\/projects\/(\d+)\/locations\/global\/workloadIdentityPools\/([^/]+)\//;

/** A member as IAM writes it while its account lives: undeleting the account gives the member this form again. */
export function liveMember(member: string): string {
  return member.replace(DELETED_MEMBER, '$1');
}

/** The unique id of the deleted account that a member names; undefined for any other member. */
export function deletedId(member: string): string | undefined {
  return DELETED_MEMBER.exec(member)?.[2];
}

/** Which account of ours a member is; IAM writes a deleted account's members as `deleted:…?uid=`. */
export function accountHeldBy(member: string, facts: Facts): Facts['gcpServiceAccounts'][number] | undefined {
  return facts.gcpServiceAccounts.find(
    (a) => member === `serviceAccount:${a.email}` || member === `deleted:serviceAccount:${a.email}?uid=${a.uniqueId}`,
  );
}

/** Whether a member stands for identities of some workload identity pool. */
export function isPoolMember(member: string): boolean {
  return POOL_MEMBER.test(member);
}

/** Id of the pool of a project, by its number, whose identities a member stands for. */
export function poolOf(member: string, projectNumber: string): string | undefined {
  const parts = POOL_MEMBER.exec(member);
  return parts?.[1] === projectNumber ? parts[2] : undefined;
}
