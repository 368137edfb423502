import type { Footprint, Losses, Own } from '../../kind.ts';
import type { Condition, GcpSnapshot, Policy } from '../snapshot.ts';
import { addressOf, deletedId, formsOf, liveMember, projectOfAddress } from './members.ts';

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
 * Resource name of the account a grant is to, or on; undefined for a grant of a pool's identities on anything else. Google's wildcard `-` would do for its
 * project, but answers 403 for an account that is not there.
 */
export function accountOf({ resource, member }: Grant): string | undefined {
  if (resource.includes('/serviceAccounts/')) return resource;
  const address = addressOf(member);
  return address === undefined ? undefined : `projects/${projectOfAddress(address) ?? '-'}/serviceAccounts/${address}`;
}

/**
 * A planned grant as it stands in a policy now. An account that was deleted meanwhile stands there under its unique id; who has its address then is a
 * newcomer, whose grants are none of ours.
 */
export function standing({ uniqueId, ...planned }: AccountGrant, policy: Policy): Grant | undefined {
  const { live, deleted } = formsOf(planned.member, uniqueId);
  const ids = [deleted, live].flatMap((member) => (member === undefined ? [] : [grantId({ ...planned, member })]));
  const grants = grantsOf(planned.resource, policy);
  return ids.map((id) => grants.find((g) => grantId(g) === id)).find((g) => g !== undefined);
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
  const { role, member, condition } = planned;
  if (standing(planned, policy) || !byUs(undefined)) return policy;
  return { ...policy, bindings: [...(policy.bindings ?? []), { role, members: [member], ...(condition ? { condition } : {}) }] };
}

/** What is the same in every kind whose things are grants: one policy is one write. */
export const GRANTS: Pick<Footprint<GcpSnapshot>, 'writeKey' | 'another' | 'losses'> = {
  writeKey: (item) => (item.snapshot as AccountGrant).resource,
  // Of whoever was made under its account's address since: what the planned one holds stands under its unique id.
  another: (current, planned) => (current as AccountGrant).uniqueId !== (planned as AccountGrant).uniqueId,
  losses,
};
