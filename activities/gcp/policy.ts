import type { Json } from '../../model/finding.ts';
import type { PlanItem } from '../../model/plan.ts';
import { classify } from './classify.ts';
import type { GcpApi } from './clients.ts';
import { orGone } from './gone.ts';
import type { Binding, Condition, Policy } from './snapshot.ts';

/** One member's hold on one role: what a binding item plans to take away, and the shape of its snapshot. */
export interface Grant {
  resource: string;
  role: string;
  member: string;
  condition: Condition | null;
}

/** Tries of read-edit-write before an etag conflict is handed to the engine. */
const CONFLICT_TRIES = 5;

/** All grants of a policy, each with its binding's condition. Pure. */
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
export function grantJson(grant: Grant): Json {
  return { resource: grant.resource, role: grant.role, member: grant.member, condition: grant.condition && { ...grant.condition } };
}

/** The grant that an approved item plans to take away. */
export function plannedGrant(item: PlanItem): Grant {
  return item.snapshot as unknown as Grant;
}

/**
 * The policy without the planned grants: every other member, condition, version, etag and order stays. A binding left without members
 * goes. Undefined when none of them is there. Pure.
 */
export function withoutGrants(policy: Policy, planned: readonly Grant[]): Policy | undefined {
  const ids = new Set(planned.map((g) => grantId(g)));
  const resource = planned[0]?.resource ?? '';
  const kept: Binding[] = [];
  let changed = false;
  for (const binding of policy.bindings ?? []) {
    const members = binding.members.filter(
      (member) => !ids.has(grantId({ resource, role: binding.role, member, condition: binding.condition ?? null })),
    );
    if (members.length === binding.members.length) {
      kept.push(binding);
      continue;
    }
    changed = true;
    if (members.length > 0) kept.push({ ...binding, members });
  }
  return changed ? { ...policy, bindings: kept } : undefined;
}

/** The planned grant as it stands now; undefined when it, or its whole resource, is gone. */
export async function readGrant(api: GcpApi, item: PlanItem): Promise<Json | undefined> {
  const planned = plannedGrant(item);
  const policy = await orGone(() => api.getPolicy(planned.resource));
  const found = grantsOf(planned.resource, policy ?? {}).find((g) => grantId(g) === grantId(planned));
  return found && grantJson(found);
}

/**
 * Takes all planned grants out of one policy in one write. Somebody else's write in between (409, stale etag) is met by reading again;
 * after a few such conflicts the SDK's error is let through.
 */
export async function removeGrants(api: GcpApi, items: readonly [PlanItem, ...PlanItem[]]): Promise<void> {
  const planned = items.map((item) => plannedGrant(item));
  const resource = plannedGrant(items[0]).resource;
  for (let attempt = 1; ; attempt++) {
    const policy = await orGone(() => api.getPolicy(resource));
    const next = policy && withoutGrants(policy, planned);
    if (next === undefined) return;
    try {
      return await api.setPolicy(resource, next);
    } catch (error) {
      const judged = classify(error);
      if (judged.kind !== 'retry' || judged.code !== 'ConcurrentChange' || attempt === CONFLICT_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt * Math.random()));
    }
  }
}
