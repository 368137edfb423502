import type { Json } from '../../../model/finding.ts';
import type { PlanItem } from '../../../model/plan.ts';
import type { Footprint, Losses } from '../../kind.ts';
import type { Condition, GcpSnapshot, Policy } from '../snapshot.ts';
import { deletedId, liveMember } from './members.ts';

/** One member's hold on one role. */
export interface Grant {
  resource: string;
  role: string;
  member: string;
  condition: Condition | null;
}

/**
 * What a binding item plans to take away, and the shape of its snapshot: a grant to our service account, or on it. The account's unique
 * id tells it from a newcomer under the same mail address, whose grants are none of ours.
 */
export interface AccountGrant extends Grant {
  uniqueId: string;
}

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

/** A grant as JSON, with exactly the fields that IAM gave. */
export function grantJson(grant: Grant, uniqueId: string): Json {
  const { resource, role, member, condition } = grant;
  return { resource, role, member, condition: condition && { ...condition }, uniqueId };
}

/** The grant that an approved item plans to take away. */
export function plannedGrant(item: Pick<PlanItem, 'snapshot'>): AccountGrant {
  return item.snapshot as unknown as AccountGrant;
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
    if (deletedId(plannedGrant(item).member) === undefined) return [];
    return ['its account had been deleted before: it comes back only where that account is there again'];
  },
  comparable(snapshot, recreated) {
    const grant = plannedGrant({ snapshot });
    return grantJson({ ...grant, member: liveMember(grant.member) }, recreated === 'used' ? '' : grant.uniqueId);
  },
};

/** What is the same in every kind whose things are grants: one policy is one write. */
export const GRANTS: Pick<Footprint<GcpSnapshot>, 'writeKey' | 'losses'> = { writeKey: (item) => plannedGrant(item).resource, losses };
