import { grantId, grantsOf, standing, type AccountGrant, type Grant } from '../../footprint/grants.ts';
import type { Binding, Condition, Policy } from '../../snapshot.ts';
import { classifyGcp } from '../../wire/classify.ts';
import type { GcpApi } from '../../wire/clients.ts';

/** Tries of read-edit-write before an etag conflict is handed to the engine. */
const CONFLICT_TRIES = 5;

/**
 * The policy without the planned grants, each in the form in which it stands there: every other member, condition, version, etag and order stays. A
 * binding left without members goes. Undefined when none of them is there. Pure.
 */
export function withoutGrants(policy: Policy, planned: readonly AccountGrant[]): Policy | undefined {
  const ids = new Set(planned.flatMap((g) => standing(g, policy) ?? []).map((g) => grantId(g)));
  const resource = planned[0]?.resource ?? '';
  const stays = (grant: Grant) => !ids.has(grantId(grant));
  if (grantsOf(resource, policy).every(stays)) return undefined;
  const bindings = (policy.bindings ?? []).flatMap((binding): Binding[] => {
    const kept = grantsOf(resource, { bindings: [binding] }).filter(stays);
    if (kept.length === binding.members.length) return [binding];
    return kept.length > 0 ? [{ ...binding, members: kept.map((g) => g.member) }] : [];
  });
  return { ...policy, bindings };
}

/**
 * The policy with the grants: each joins the binding of its role and condition, or becomes one of its own. Everything else stays.
 * Undefined when all of them are there. Pure.
 */
export function withGrants(policy: Policy, grants: readonly Grant[]): Policy | undefined {
  const bindings = [...(policy.bindings ?? [])];
  let changed = false;
  for (const { role, member, condition } of grants) {
    const at = bindings.findIndex((b) => b.role === role && sameCondition(b.condition ?? null, condition));
    const found = bindings[at];
    if (found?.members.includes(member)) continue;
    changed = true;
    if (found) bindings[at] = { ...found, members: [...found.members, member] };
    else bindings.push({ role, members: [member], ...(condition ? { condition } : {}) });
  }
  if (!changed) return undefined;
  // A policy without conditions is read as version 1, and Google refuses conditions in any version but 3.
  const version = bindings.some((b) => b.condition) ? { version: 3 } : {};
  return { ...policy, bindings, ...version };
}

function sameCondition(a: Condition | null, b: Condition | null): boolean {
  if (a === null || b === null) return a === b;
  return a.title === b.title && a.expression === b.expression && (a.description ?? '') === (b.description ?? '');
}

/**
 * Reads a policy, edits it and writes it back with its etag; nothing is written when `edit` has nothing to do. Somebody else's write in
 * between (409, stale etag) is met by reading again; after a few such conflicts the SDK's error is let through. False when the resource
 * is gone.
 */
export async function editPolicy(api: GcpApi, resource: string, edit: (policy: Policy) => Policy | undefined): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const policy = await api.getPolicy(resource);
    if (policy === undefined) return false;
    const next = edit(policy);
    if (next === undefined) return true;
    try {
      return await api.setPolicy(resource, next);
    } catch (error) {
      const judged = classifyGcp(error);
      if (judged.kind !== 'retry' || judged.code !== 'ConcurrentChange' || attempt === CONFLICT_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt * Math.random()));
    }
  }
}
