import type { Finding, Hold, Match } from '../../../../model/finding.ts';
import { combine } from '../../../../model/guards/combine.ts';
import { doubt, doubtOf } from '../../../../model/guards/doubt.ts';
import { recentlyUsed } from '../../../../model/guards/recent-use.ts';
import { found, THIRTY_DAYS } from '../../../kind.ts';
import { doubtedTrust, ourRoles, type OurRole } from '../../footprint/our-roles.ts';
import { ownerByTags } from '../../footprint/stack-mark.ts';
import type { ResourceFootprint } from '../../kind.ts';
import type { AwsStage } from '../../order.ts';
import type { AwsSnapshot } from '../../snapshot.ts';
import { isUnseen, type NamedSecret, type SecretState } from './definition.ts';

const NAME = 'aws-secret';
const TERRAFORM_TYPE = 'aws_secretsmanager_secret';

/**
 * The Okta add-on's secret. Its name is the operator's; it is ours only because a policy of a role of ours names its very ARN. What lies in it was given by
 * somebody who may use it elsewhere, so it is held until an override says that it may go.
 */
export const footprint: ResourceFootprint = {
  name: NAME,

  match(snapshot, facts): Match {
    const named = (snapshot.beside[NAME] ?? []) as unknown as NamedSecret[];
    if (named.length === 0) return { findings: [], bystanders: [] };
    const found = ourRoles(snapshot, facts);
    const ours = {
      found,
      roles: new Set(found.map((o) => o.role.RoleName)),
      policies: new Set(found.flatMap((o) => o.role.AttachedPolicies)),
    };
    return { findings: named.flatMap((n) => finding(n, ours, snapshot)), bystanders: [] };
  },

  identity: (snapshot) => (snapshot as SecretState).Arn,

  gone: 'not found, or kept for its recovery window only',

  /** It comes back whole, value and all, for as long as its recovery window is open. */
  losses: {
    losses: () => [],
    comparable: (snapshot) => snapshot,
    keptFor: THIRTY_DAYS,
    purged: 'Secrets Manager keeps nothing of a secret after its recovery window; its owner makes another one, with a value of theirs',
  },

  // Nothing rests on a secret.
  putBack: (snapshot) => snapshot,

  owners: {
    cloudFormation: {
      type: 'AWS::SecretsManager::Secret',
      covers: (found, physicalId) => ((found.snapshot as SecretState).Arn === physicalId ? 'whole' : undefined),
      deletesForGood: 'CloudFormation deletes a secret at once, without a recovery window',
    },
    terraform: TERRAFORM_TYPE,
  },
};

interface Ours {
  found: readonly OurRole[];
  roles: ReadonlySet<string>;
  policies: ReadonlySet<string>;
}

function finding(named: NamedSecret, ours: Ours, snapshot: AwsSnapshot): Finding[] {
  const { secret } = named;
  const by = [...named.namedByRoles.filter((r) => ours.roles.has(r)), ...named.namedByPolicies.filter((p) => ours.policies.has(p))];
  if (by.length === 0) return [];
  const reading = ours.found.filter(({ role }) => by.includes(role.RoleName) || role.AttachedPolicies.some((p) => by.includes(p)));
  return [
    {
      ...found(NAME, `aws:${snapshot.account}`, secret.Arn),
      title: `Secret ${isUnseen(secret) ? secret.Arn : secret.Name}`,
      phase: 'permissions',
      why: by.map((b) =>
        ours.roles.has(b)
          ? `the role ${b}, which onboarding made, names its ARN`
          : `the policy ${b} of a role that onboarding made names its ARN`,
      ),
      confidence: 'certain',
      risk: 'read',
      // Whoever reads it goes before.
      stage: 'after-roles' satisfies AwsStage,
      snapshot: secret,
      provides: [`aws:secret:${secret.Arn}`],
      uses: [],
      ...combine(
        doubt(doubtOf(reading.map(doubtedTrust))),
        ownerByTags(snapshot.account, secret.Tags, TERRAFORM_TYPE),
        isUnseen(secret) ? unseen(secret.Unseen) : shared(named, secret, ours, snapshot),
        recentlyUsed(named.used ?? undefined),
        KEPT,
      ),
    },
  ];
}

/** Without any sign of another user, too: who else has a copy of its value, or reads it by rights over everything, nobody can see. */
const KEPT: Hold = {
  code: 'SecretKept',
  reason:
    'whether what lies in it is used elsewhere no cloud tells: ask whoever set the add-on up, then name it under overrides with a reason',
};

function unseen(why: string): Hold {
  return {
    code: 'SecretUnseen',
    reason: `it could not be looked at (${why}): allow secretsmanager:DescribeSecret and GetResourcePolicy, then amend the plan`,
  };
}

/** Signs of somebody else who needs it. */
function shared(
  { namedByRoles, namedByPolicies, matchedBy }: NamedSecret,
  secret: SecretState,
  ours: Ours,
  snapshot: AwsSnapshot,
): Hold | undefined {
  const others = [
    ...namedByRoles.filter((r) => !ours.roles.has(r)).map((r) => `role ${r}`),
    ...namedByPolicies.filter((p) => !isOursAlone(p, ours, snapshot)).map((p) => `policy ${p}`),
    ...matchedBy.filter((m) => !ours.roles.has(m.slice('role '.length)) && !ours.policies.has(m.slice('policy '.length))),
  ];
  const signs = [
    ...(others.length > 0 ? [`${others.join(', ')} may read it, too`] : []),
    ...(secret.ResourcePolicy === null ? [] : ['it has a resource policy']),
    ...(secret.Replicas.length > 0 ? [`it is copied to ${secret.Replicas.join(', ')}`] : []),
    ...(secret.Rotates ? ['its value is rotated'] : []),
  ];
  return signs.length === 0 ? undefined : { code: 'SharedSecret', reason: `${signs.join('; ')}: ask who needs it` };
}

function isOursAlone(arn: string, { policies, roles }: Ours, snapshot: AwsSnapshot): boolean {
  const attached = snapshot.roles.filter((r) => r.AttachedPolicies.includes(arn));
  const known = snapshot.policies.find((p) => p.state.Arn === arn);
  return policies.has(arn) && attached.every((r) => roles.has(r.RoleName)) && known?.attachmentCount === attached.length;
}
