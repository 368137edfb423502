import { isNamedLikeOurs } from './footprint/ownership.ts';
import { grantsOf } from './footprint/grants.ts';
import type { CustomRole, CustomRoles, Policy } from './snapshot.ts';
import { classifyGcp, failureWords, isGone, isRetry } from './wire/classify.ts';
import { unlessRefused } from '../answer.ts';
import type { GcpApi } from './wire/clients.ts';

/**
 * The organisation's custom roles that onboarding may have made, and everybody who holds them anywhere in it. Undefined below
 * organisations. Where the listing is denied that is told, and the rest of the organisation is read all the same: such a role is rare.
 */
export async function readCustomRoles(api: GcpApi, resource: string, policy: Policy): Promise<CustomRoles | undefined> {
  if (!resource.startsWith('organizations/')) return undefined;
  try {
    const named = (await api.listRoles(resource)).filter(isNamedLikeOurs);
    const found = await Promise.all(named.map(({ name }) => api.getRole(name)));
    const roles = found.filter((role) => role !== undefined).map(({ deleted: _, ...kept }): CustomRole => kept);
    return roles.length === 0
      ? { roles, holders: [] }
      : { roles, ...(await holdersOf(api, resource, policy, new Set(roles.map((r) => r.name)))) };
  } catch (error) {
    // An organisation that is not there is no finding of its roles.
    if (isRetry(error) || isGone(error)) throw error;
    return { roles: [], holders: [], unseen: failureWords(error) };
  }
}

/** From Cloud Asset Inventory, since any folder's or project's policy may name the role; else only the organisation's own policy is known. */
async function holdersOf(api: GcpApi, organization: string, own: Policy, roles: Set<string>): Promise<Omit<CustomRoles, 'roles'>> {
  const held = (resource: string, policy: Policy) =>
    grantsOf(resource, policy).flatMap((g) => (roles.has(g.role) ? [{ role: g.role, member: g.member, resource }] : []));
  const here = held(organization, own);
  const found = await unlessRefused(classifyGcp, () => api.searchPolicies(organization, []));
  if (!found.ok) return { holders: here, elsewhereUnseen: found.failure.message };
  const elsewhere = found.value
    .flatMap((f) => held(f.resource.replace(/^\/\/[^/]+\//, ''), f.policy))
    .filter((h) => h.resource !== organization);
  return { holders: [...here, ...elsewhere].toSorted((a, b) => (a.resource + a.member < b.resource + b.member ? -1 : 1)) };
}
