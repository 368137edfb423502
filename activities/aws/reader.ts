import type { AwsAccountApi } from './wire/api.ts';
import { isLookAlike } from './footprint/lookalike.ts';
import { ownRoles } from './footprint/ourselves.ts';
import { recentUse } from './footprint/recent-use.ts';
import { readRole } from './kinds/role/read.ts';
import { readStacks } from './kinds/stack/read.ts';
import { need, policyState, roleState, type AccountPolicy, type AwsSnapshot, type ProviderState, type RoleState } from './snapshot.ts';
import { trustStatements } from './footprint/trust.ts';

/** Issuers of Entra tenants, public and sovereign. */
const ENTRA_PROVIDER = /:oidc-provider\/sts\.(?:windows\.net|chinacloudapi\.cn)\//i;

/**
 * One account in two paged listings, the providers of Entra issuers, and the tags of the customer policies that can concern us: those
 * attached to a role that trusts another role or an Entra issuer, and those named like onboarding's. Any failure throws. A use within
 * `usedWithin` ms before `now` is recent.
 */
export async function readAccount(api: AwsAccountApi, guard: { usedWithin: number; now: Date }): Promise<AwsSnapshot> {
  const details = await api.authorizationDetails();
  const roles = await readRoles(api, details.roles);
  const watched = new Set(roles.filter(mayConcernUs).flatMap((r) => [...r.AttachedPolicies, r.PermissionsBoundary ?? '']));
  const policies: AccountPolicy[] = [];
  for (const detail of details.policies) {
    if (!watched.has(detail.Arn ?? '') && !isLookAlike(detail.PolicyName ?? '')) continue;
    const policy = await api.policy(need(detail.Arn, 'Arn'));
    if (!policy) continue;
    policies.push({
      state: policyState(policy, detail.PolicyVersionList ?? []),
      attachmentCount: policy.AttachmentCount ?? 0,
      boundaryCount: policy.PermissionsBoundaryUsageCount ?? 0,
    });
  }
  const uses = details.roles.map((r) => [r.Arn ?? '', recentUse(r.RoleLastUsed, guard.usedWithin, guard.now)] as const);
  const providers = await readProviders(api);
  const tagged = [...roles.filter(mayConcernUs), ...policies.map((p) => p.state), ...providers].map((thing) => thing.Tags);
  return {
    account: api.account,
    roles,
    policies,
    policyCount: details.policies.length,
    providers,
    stacks: await readStacks(api, tagged),
    ourselves: ownRoles(api.account, roles, [await api.caller(), await api.worker()]),
    usedRecently: Object.fromEntries(uses.filter((u): u is [string, string] => u[1] !== undefined)),
  };
}

/** The details of roles lack description and session length, the plain listing has them. What only one listing shows is read by itself. */
async function readRoles(
  api: AwsAccountApi,
  details: Awaited<ReturnType<AwsAccountApi['authorizationDetails']>>['roles'],
): Promise<RoleState[]> {
  const listed = new Map((await api.roles()).map((r) => [r.RoleName ?? '', r]));
  const roles: RoleState[] = [];
  const alone = new Set(listed.keys());
  for (const detail of details) {
    const name = need(detail.RoleName, 'RoleName');
    const more = listed.get(name);
    if (!more) {
      alone.add(name);
      continue;
    }
    alone.delete(name);
    roles.push(
      roleState(detail, more, {
        attached: (detail.AttachedManagedPolicies ?? []).map((p) => need(p.PolicyArn, 'PolicyArn')),
        inline: (detail.RolePolicyList ?? []).map((p) => [need(p.PolicyName, 'PolicyName'), need(p.PolicyDocument, 'PolicyDocument')]),
        instanceProfiles: (detail.InstanceProfileList ?? []).map((p) => need(p.InstanceProfileName, 'InstanceProfileName')),
      }),
    );
  }
  for (const name of alone) {
    const role = await readRole(api, name);
    if (role) roles.push(role);
  }
  return roles.toSorted((a, b) => (a.Arn < b.Arn ? -1 : 1));
}

async function readProviders(api: AwsAccountApi): Promise<ProviderState[]> {
  const providers: ProviderState[] = [];
  for (const arn of (await api.providerArns()).filter((a) => ENTRA_PROVIDER.test(a)).toSorted()) {
    const provider = await api.provider(arn);
    if (provider) providers.push(provider);
  }
  return providers;
}

/** Wider than any rule of the kinds: a role that trusts a role (by ARN or unique id) or an Entra issuer. */
function mayConcernUs(role: RoleState): boolean {
  const trusted = trustStatements(role.AssumeRolePolicyDocument).flatMap((s) => s.principals.map((p) => p.value));
  return trusted.some((value) => value.includes(':role/') || value.startsWith('AROA') || ENTRA_PROVIDER.test(value));
}
