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

/** `ciem-scp-<tenant>`, `ciem-oidc-<tenant>-assume` and their like. */
export function namesTenant(policyName: string, tenantId: string): boolean {
  const name = policyName.toLowerCase();
  return HINT.test(name) && name.includes(`-${tenantId.toLowerCase()}`);
}

/** A name onboarding gave a customer policy in this tenant. */
export function isOnboardingPolicy(policyName: string, tenantId: string): boolean {
  return policyName === SSO_POLICY || namesTenant(policyName, tenantId);
}
