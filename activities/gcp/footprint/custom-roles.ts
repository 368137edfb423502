import { classify, failureWords, isRetry } from '../wire/classify.ts';
import type { GcpApi } from '../wire/clients.ts';
import { grantsOf } from '../kinds/policy.ts';
import { lastSegment, type CustomRoles, type Policy } from '../snapshot.ts';

/** Names that an onboarding script gave the organisation's custom role; a hint only. docs/footprint.md, "GCP". */
const ID = /^CloudKnoxIAMOrgAdmin(?:_\d+)?$/;
const TITLE = 'CloudKnox IAM Org Admin';

/** Whether a role is one that onboarding may have made, by its name. */
export function isNamedLikeOurs({ name, title }: { name: string; title?: string }): boolean {
  return ID.test(lastSegment(name)) || title === TITLE;
}

/** Token of whoever holds an organisation's custom role; none for Google's own roles. */
export function roleTokens(role: string): string[] {
  return role.startsWith('organizations/') ? [`gcp:role:${role}`] : [];
}

/**
 * The organisation's custom roles that onboarding may have made, and everybody who holds them anywhere in it. Undefined below
 * organisations. Where the listing is denied that is told, and the rest of the organisation is read all the same: such a role is rare.
 */
export async function readCustomRoles(api: GcpApi, resource: string, policy: Policy): Promise<CustomRoles | undefined> {
  if (!resource.startsWith('organizations/')) return undefined;
  try {
    const named = (await api.listRoles(resource)).filter(isNamedLikeOurs);
    const roles = await Promise.all(named.map(async ({ name }) => withoutDeleted(await api.getRole(name))));
    return roles.length === 0
      ? { roles, holders: [] }
      : { roles, ...(await holdersOf(api, resource, policy, new Set(roles.map((r) => r.name)))) };
  } catch (error) {
    if (isRetry(error) || classify(error).kind === 'gone') throw error;
    return { roles: [], holders: [], unseen: failureWords(error) };
  }
}

/** From Cloud Asset Inventory, since any folder's or project's policy may name the role; else only the organisation's own policy is known. */
async function holdersOf(api: GcpApi, organization: string, own: Policy, roles: Set<string>): Promise<Omit<CustomRoles, 'roles'>> {
  const held = (resource: string, policy: Policy) =>
    grantsOf(resource, policy).flatMap((g) => (roles.has(g.role) ? [{ role: g.role, member: g.member, resource }] : []));
  const here = held(organization, own);
  try {
    const found = await api.searchPolicies(organization, []);
    const elsewhere = found
      .flatMap((f) => held(f.resource.replace(/^\/\/[^/]+\//, ''), f.policy))
      .filter((h) => h.resource !== organization);
    return { holders: [...here, ...elsewhere].toSorted((a, b) => (a.resource + a.member < b.resource + b.member ? -1 : 1)) };
  } catch (error) {
    if (isRetry(error)) throw error;
    return { holders: here, elsewhereUnseen: failureWords(error) };
  }
}

function withoutDeleted<T extends { deleted: boolean }>({ deleted: _, ...role }: T): Omit<T, 'deleted'> {
  return role;
}
