import type { Facts, Finding, Match, Bystander } from '../../../../model/finding.ts';
import { combine } from '../../../../model/guards/combine.ts';
import { doubt } from '../../../../model/guards/doubt.ts';
import { recentlyUsed } from '../../../../model/guards/recent-use.ts';
import { sharedTrust } from '../../../../model/guards/shared.ts';
import { found, type Losses } from '../../../kind.ts';
import { isProviderOf, isUniqueId, isServiceLinked, issuerOfProvider, namesOfRole, policyToken, roleToken } from '../../footprint/ids.ts';
import { command } from '../../../../model/shell.ts';
import { isAudienceToken, SIGN_IN_TOKEN } from '../../../../model/tokens.ts';
import { isDefenderRole, isLookAlike } from '../../footprint/lookalike.ts';
import { ourRoles, perhapsOurRoles, STAGE_OF, oidcRolesNeeded, type OurRole } from '../../footprint/our-roles.ts';
import { riskOfRole } from '../../footprint/risk.ts';
import { ownerByTags } from '../../footprint/stack-mark.ts';
import { lostTags, ownTags } from '../../footprint/tags.ts';
import { deadPrincipals, trustStatements } from '../../footprint/trust.ts';
import { audienceUses, ONBOARDED, webIdentityTrust } from '../../footprint/web-identity.ts';
import { withItem } from '../../../put-back.ts';
import type { ResourceFootprint } from '../../kind.ts';
import type { Own } from '../../../kind.ts';
import type { AwsSnapshot, RoleState } from '../../snapshot.ts';
import { deniedTrust } from './denied-trust.ts';

const TITLES = { member: 'Member role', logging: 'Central logging role', management: 'Management role', oidc: 'OIDC role' } as const;

const NAME = 'aws-role';
const TERRAFORM_TYPE = 'aws_iam_role';

/** A role is made again from its kept definition: IAM keeps no deleted role. */
export const losses: Losses = {
  losses(item, container) {
    const role = item.snapshot as RoleState;
    const dead = deadPrincipals(role.AssumeRolePolicyDocument);
    return [
      `a new RoleId instead of ${role.RoleId}: policies of others that name the role show the old id and no longer mean it`,
      'a new creation date, and nothing about when it was last used',
      ...lostTags(role.Tags, container),
      ...(dead.length > 0
        ? [`its trust in ${dead.join(', ')}, which is gone: IAM takes no policy that names it, so it cannot be made`]
        : []),
    ];
  },

  comparable(snapshot) {
    const { RoleId: _, ...role } = snapshot as RoleState;
    return { ...role, Tags: ownTags(role.Tags) };
  },
};

/** The roles onboarding made: OIDC, management, central logging, member. Their inline policies go with them. */
export const footprint: ResourceFootprint = {
  name: NAME,

  match(snapshot, facts): Match {
    const ours = ourRoles(snapshot, facts);
    const perhaps = perhapsOurRoles(snapshot, facts);
    const taken = new Set([...ours, ...perhaps].map((o) => o.role.Arn));
    return {
      findings: [...ours, ...perhaps].map((o) => toFinding(o, snapshot)),
      seen: snapshot.roles.length,
      bystanders: snapshot.roles.filter((r) => !taken.has(r.Arn)).flatMap((r) => toBystander(r, snapshot, facts) ?? []),
    };
  },

  identity: (snapshot) => (snapshot as RoleState).RoleId,

  stateIn: ({ roles }, { snapshot }) => roles.find((r) => r.Arn === (snapshot as RoleState).Arn),

  losses,

  quarantined(snapshot) {
    const role = snapshot as RoleState;
    return { ...role, AssumeRolePolicyDocument: deniedTrust(role.AssumeRolePolicyDocument) };
  },

  putBack: (snapshot, own) => ({ ...snapshot, roles: withRole(snapshot.roles, own) }),

  owners: {
    cloudFormation: {
      type: 'AWS::IAM::Role',
      covers: (finding, physicalId) => ((finding.snapshot as RoleState).RoleName === physicalId ? 'whole' : undefined),
    },
    terraform: TERRAFORM_TYPE,
  },
};

/** An account's roles with one that we took away, or took apart, as it was. */
export function withRole(roles: readonly RoleState[], own: Own): RoleState[] {
  const planned = own.item.snapshot as RoleState;
  return withItem(
    roles,
    own,
    planned,
    (r) => r.Arn === planned.Arn,
    (r) => r,
  );
}

function toFinding({ role, part, why, uses, others, doubt: chain, nameOnly, mepm }: OurRole, snapshot: AwsSnapshot): Finding {
  const risk = riskOfRole(role, snapshot);
  const held = [...role.AttachedPolicies, ...(role.PermissionsBoundary ? [role.PermissionsBoundary] : [])];
  return {
    ...found(NAME, `aws:${snapshot.account}`, role.Arn),
    title: `${TITLES[part]} ${role.RoleName}${risk === 'takeover' ? ' with a controller policy' : ''}`,
    phase: 'permissions',
    why,
    confidence: nameOnly ? 'name-only' : 'certain',
    ...(nameOnly === 'onlyNamed' ? { onlyNamed: true } : {}),
    risk,
    stage: STAGE_OF[part],
    part,
    snapshot: role,
    provides: part === 'oidc' ? namesOfRole(role).map(roleToken) : [],
    uses: [...uses, ...held.map(policyToken)],
    enteredBy: uses.filter((token) => !isAudienceToken(token)),
    ...(mepm === undefined ? {} : { mepm }),
    standsFor: [role.Arn, role.RoleName, `${role.Path}${role.RoleName}`],
    ownStep: ownStep(role, why),
    ...combine(
      doubt(chain),
      sharedTrust(others),
      ownerByTags(snapshot.account, role.Tags, TERRAFORM_TYPE),
      recentlyUsed(snapshot.usedRecently[role.Arn]),
    ),
  };
}

/** MEPM's way into a role that the worker itself enters by: one of both goes another way. */
function ownStep({ RoleName }: RoleState, [trusts = '']: readonly string[]): string {
  const step = command('aws', 'iam', 'update-assume-role-policy', '--role-name', RoleName, '--policy-document', 'file://TRUST.json');
  return (
    `it ${trusts} as well: take that out of its trust policy (\`${step}\`), or let the worker enter by another role (aws.assumeRole), then amend ` +
    'the plan; waived, it stays with what it needs'
  );
}

/** Whatever lets the audience or an OIDC role in without being ours, and names that only look like ours. */
function toBystander(role: RoleState, snapshot: AwsSnapshot, facts: Facts): Bystander | undefined {
  if (isServiceLinked(role)) return undefined;
  const provider = snapshot.providers.find((p) => isProviderOf(p.Arn, facts.issuer))?.Arn;
  const web = webIdentityTrust(role.AssumeRolePolicyDocument, facts.issuer, provider, [...ONBOARDED, ...(facts.namedAudiences ?? [])]);
  const uses = [...(web ? audienceUses(web) : []), ...oidcRolesNeeded(role, facts.awsOidcRoles).map((p) => roleToken(p.mark))];
  const why = reason(role, web !== undefined, uses.length > 0, facts);
  if (why === undefined) return undefined;
  const isDefenders = isDefenderRole(role.RoleName);
  // Defender's own CIEM signs in through the same application where it uses what is ours.
  if (isDefenders && uses.length > 0) uses.push(SIGN_IN_TOKEN);
  const defender = isDefenders ? { defender: true as const } : {};
  return { system: `aws:${snapshot.account}`, id: `${NAME}:${role.Arn}`, why, uses, ...defender };
}

function reason(role: RoleState, trustsProvider: boolean, needsOurs: boolean, facts: Facts): string | undefined {
  if (isDefenderRole(role.RoleName))
    return `belongs to Microsoft Defender for Cloud${needsOurs ? ' and needs what Permissions Management shares with it' : ''}`;
  if (trustsProvider && needsOurs) return "trusts this tenant's provider for more than Permissions Management's audience";
  if (trustsProvider) return "trusts this tenant's provider for another audience";
  if (needsOurs) return 'lets in an OIDC role of Permissions Management among others, without naming it as onboarding did';
  if (!isLookAlike(role.RoleName)) return undefined;
  const trusted = trustStatements(role.AssumeRolePolicyDocument).flatMap((s) => s.principals.map((p) => p.value));
  const foreign = trusted.find((p) => issuerOfProvider(p)?.startsWith('sts.'));
  if (foreign) return `named like ours, but trusts another tenant's issuer than ${facts.issuer}: ${foreign}`;
  const dead = trusted.find(isUniqueId);
  if (dead) return `named like ours, but trusts ${dead}, which was deleted: whose it was can't be proven; look at it`;
  return `named like ours, but trusts neither this tenant's provider nor an OIDC role found here (${trusted.join(', ')})`;
}
