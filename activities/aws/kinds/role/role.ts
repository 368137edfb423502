import type { Anchors, Finding, Match, Sighting } from '../../../../model/finding.ts';
import type { Kind } from '../../../kind.ts';
import type { AwsAccountApi } from '../../wire/api.ts';
import { holdOf, recentlyUsed } from '../../footprint/hold.ts';
import { isDefenderRole, isLookAlike } from '../../footprint/lookalike.ts';
import { ourRoles, STAGE_OF, trustedOidcRoles, type OurRole } from '../../footprint/our-roles.ts';
import { AwsRefusal } from '../../wire/refusal.ts';
import { riskOfRole } from '../../footprint/risk.ts';
import { roleQuarantine } from './quarantine.ts';
import { readRole } from './state.ts';
import { roleUndo } from './undo.ts';
import type { AwsSnapshot, RoleState } from '../../snapshot.ts';
import { policyToken, roleToken } from '../../footprint/tokens.ts';
import { trustStatements } from '../../footprint/trust.ts';
import { audienceUses, webIdentityTrust } from '../../footprint/web-identity.ts';

const TITLES = { member: 'Member role', logging: 'Central logging role', management: 'Management role', oidc: 'OIDC role' } as const;

/** The roles onboarding made: OIDC, management, central logging, member. Their inline policies go with them. */
export const awsRole: Kind<AwsSnapshot, AwsAccountApi> = {
  name: 'aws-role',

  match(snapshot, anchors): Match {
    const ours = ourRoles(snapshot, anchors);
    const taken = new Set(ours.map((o) => o.role.Arn));
    return {
      findings: ours.map((o) => toFinding(o, snapshot)),
      seen: snapshot.roles.length,
      sightings: snapshot.roles.filter((r) => !taken.has(r.Arn)).flatMap((r) => toSighting(r, snapshot, anchors) ?? []),
    };
  },

  read: (api, item) => readRole(api, planned(item).RoleName),

  identity: (snapshot) => (snapshot as RoleState).RoleId,

  async remove(api, [item]) {
    const role = planned(item);
    const now = await api.role(role.RoleName);
    if (!now) return;
    if (now.RoleId !== role.RoleId)
      throw new AwsRefusal('blocked', 'Replaced', `another role, ${now.RoleId}, now has the name ${role.RoleName}; make an amended plan`);
    for (const profile of role.InstanceProfiles) await api.removeFromInstanceProfile(profile, role.RoleName);
    for (const arn of role.AttachedPolicies) await api.detachPolicy(role.RoleName, arn);
    for (const name of Object.keys(role.InlinePolicies)) await api.deleteInlinePolicy(role.RoleName, name);
    await api.deleteRole(role.RoleName);
  },

  undo: roleUndo,
  quarantine: roleQuarantine,
};

function planned(item: Pick<Finding, 'snapshot'>): RoleState {
  return item.snapshot as RoleState;
}

function toFinding({ role, part, why, uses, others }: OurRole, snapshot: AwsSnapshot): Finding {
  const risk = riskOfRole(role, snapshot);
  const held = [...role.AttachedPolicies, ...(role.PermissionsBoundary ? [role.PermissionsBoundary] : [])];
  return {
    kind: awsRole.name,
    system: `aws:${snapshot.account}`,
    id: `${awsRole.name}:${role.Arn}`,
    title: `${TITLES[part]} ${role.RoleName}${risk === 'takeover' ? ' with a controller policy' : ''}`,
    phase: 'permissions',
    why,
    confidence: 'certain',
    risk,
    stage: STAGE_OF[part],
    part,
    snapshot: role,
    provides: part === 'oidc' ? [roleToken(role.Arn), roleToken(role.RoleId)] : [],
    uses: [...uses, ...held.map(policyToken)],
    ...holdOf(
      { account: snapshot.account, tags: role.Tags, terraformType: 'aws_iam_role' },
      others,
      recentlyUsed(snapshot.usedRecently[role.Arn]),
    ),
  };
}

/** Whatever lets the audience or an OIDC role in without being ours, and names that only look like ours. */
function toSighting(role: RoleState, snapshot: AwsSnapshot, anchors: Anchors): Sighting | undefined {
  if (role.Path.startsWith('/aws-service-role/')) return undefined;
  const web = webIdentityTrust(role.AssumeRolePolicyDocument, anchors.issuer);
  const uses = [...(web ? audienceUses(web) : []), ...trustedOidcRoles(role, anchors.awsOidcRoles).map(roleToken)];
  const why = reason(role, web !== undefined, uses.length > 0, anchors);
  if (why === undefined) return undefined;
  const isDefenders = isDefenderRole(role.RoleName);
  // Defender's own CIEM signs in through the same application where it uses what is ours.
  if (isDefenders && uses.length > 0) uses.push('ciem:sign-in');
  const defender = isDefenders ? { defender: true as const } : {};
  return { system: `aws:${snapshot.account}`, id: `${awsRole.name}:${role.Arn}`, why, uses, ...defender };
}

function reason(role: RoleState, trustsProvider: boolean, needsOurs: boolean, anchors: Anchors): string | undefined {
  if (isDefenderRole(role.RoleName))
    return `belongs to Microsoft Defender for Cloud${needsOurs ? ' and needs what Permissions Management shares with it' : ''}`;
  if (trustsProvider && needsOurs) return "trusts this tenant's provider for more than Permissions Management's audience";
  if (trustsProvider) return "trusts this tenant's provider for another audience";
  if (!isLookAlike(role.RoleName)) return undefined;
  const trusted = trustStatements(role.AssumeRolePolicyDocument).flatMap((s) => s.principals.map((p) => p.value));
  const foreign = trusted.find((p) => /:oidc-provider\/sts\./.test(p));
  if (foreign) return `named like ours, but trusts another tenant's issuer than ${anchors.issuer}: ${foreign}`;
  const dead = trusted.find((p) => p.startsWith('AROA'));
  if (dead) return `named like ours, but trusts ${dead}, a role that was deleted: whose it was can't be proven; look at it`;
  return `named like ours, but trusts neither this tenant's provider nor an OIDC role found here (${trusted.join(', ')})`;
}
