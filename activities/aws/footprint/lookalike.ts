import { DEFENDER } from '../../../model/footprint.ts';

/** Names are hints, never proof: what they match is at most told to a person, unless an invariant speaks for it too. */

const HINT = /^m?ciem-|cloudknox/i;

/** Named as onboarding would name a role or policy. */
export function isLookAlike(name: string): boolean {
  return HINT.test(name) || name === SSO_POLICY || isDefenderRole(name) || isDefenderPolicy(name);
}

export function isDefenderRole(name: string): boolean {
  return name.startsWith(DEFENDER.awsRolePrefix);
}

export function isDefenderPolicy(name: string): boolean {
  return name.startsWith(DEFENDER.awsPolicyPrefix);
}

/** Name of the customer policy that onboarding made for Identity Center: the only one without the tenant's id. */
const SSO_POLICY = 'SSOPolicy';

/** The customer policies that onboarding made, by what for, and how it named them; `TENANT` stands for the tenant's id. */
const POLICIES = {
  oidc: 'ciem-oidc-TENANT-assume',
  scp: 'ciem-scp-TENANT',
  trail: 'ciem-cloudtrail-TENANT',
  controller: 'ciem-controller-TENANT',
  sso: SSO_POLICY,
} as const;

/** What onboarding made a customer policy of this very name for in this tenant; undefined for any other name. The id may be in either case. */
export function onboardingPolicy(policyName: string, tenantId: string): keyof typeof POLICIES | undefined {
  const name = policyName.replace(new RegExp(tenantId, 'i'), tenantId);
  return (Object.keys(POLICIES) as (keyof typeof POLICIES)[]).find((of) => POLICIES[of].replace('TENANT', tenantId) === name);
}

/** Named as onboarding named a policy, with this tenant's id. */
export function namesTenant(policyName: string, tenantId: string): boolean {
  return onboardingPolicy(policyName, tenantId) !== undefined && policyName !== SSO_POLICY;
}
