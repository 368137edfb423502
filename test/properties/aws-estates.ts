import fc from 'fast-check';
import type { AwsSnapshot, RoleState } from '../../activities/aws/snapshot.ts';
import {
  allowing,
  assumedBy,
  AUDIENCE,
  document,
  OTHER_TENANT,
  policy,
  providerArn,
  role,
  snapshot,
  webIdentity,
} from '../activities/aws/fixtures.ts';
import { TENANT } from '../activities/planned.ts';
import type { Part } from './part.ts';

/** Accounts full of roles that say in their trust whose they are, under names that say something else. */

export const ACCOUNTS = ['111122223333', '444455556666', '777788889999'];
const OIDC_ACCOUNT = ACCOUNTS[0] as string;
const NAMES = [
  'mciem-collection-role',
  'mciem-member-account-role',
  'mciem-oidc-connect-role',
  'contoso-audit',
  'app',
  'terraform',
  'ciem',
  'x',
];
const TRUSTS = [
  'oidc',
  'oidc-and-stranger',
  'member',
  'member-by-id',
  'member-and-stranger',
  'other-tenant',
  'denies-ours',
  'near-ours',
  'defender',
  'service',
] as const;
const POLICIES = ['none', 'onboarding', 'renamed', 'also-elsewhere'] as const;

const OWNERS = ['nobody', 'a-guild', 'terraform', 'stack-set', 'own-stack', 'mixed-stack', 'gone-stack'] as const;

interface RoleSpec {
  name: string;
  trust: (typeof TRUSTS)[number];
  policy: (typeof POLICIES)[number];
  owner: (typeof OWNERS)[number];
  used: boolean;
}

const roles = fc.uniqueArray(
  fc.record<RoleSpec>({
    name: fc.constantFrom(...NAMES),
    trust: fc.constantFrom(...TRUSTS),
    policy: fc.constantFrom(...POLICIES),
    owner: fc.constantFrom(...OWNERS),
    used: fc.boolean(),
  }),
  { selector: (r) => r.name, maxLength: 6 },
);
const clientIds = fc.subarray([AUDIENCE, 'api://mdc-ciem-aws', 'sts.amazonaws.com']);

export const awsParts: fc.Arbitrary<Part[]> = fc
  .tuple(fc.array(roles, { minLength: 1, maxLength: 3 }), clientIds)
  .map(([accounts, ids]) => accounts.map((specs, n) => account(ACCOUNTS[n] as string, specs, accounts[0] ?? [], ids)));

const nameOf = (spec: RoleSpec) => (spec.trust === 'defender' ? `DefenderForCloud-${spec.name}` : spec.name);
const arnOf = (id: string, spec: RoleSpec) => `arn:aws:iam::${id}:role/${nameOf(spec)}`;
const idOf = (id: string, spec: RoleSpec) => `AROA${id}${nameOf(spec).toUpperCase()}`;

function account(id: string, specs: RoleSpec[], inOidcAccount: RoleSpec[], ids: string[]): Part {
  const held: Record<string, string> = {};
  const part: Part = { system: `aws:${id}`, snapshot: {}, ours: [], doubtful: [], held };
  // Only the OIDC account has the tenant's provider; elsewhere a trust in it is nobody's way in.
  const oidc = inOidcAccount.filter((s) => s.trust.startsWith('oidc'));
  const isShared = oidc[0]?.trust === 'oidc-and-stranger';
  const here = specs.map((spec) => ({ spec, state: stateOf(id, spec, oidc) }));
  const all: Partial<AwsSnapshot> = {
    account: id,
    roles: here.map((h) => h.state),
    policies: [],
    providers: [],
    stacks: [],
    usedRecently: {},
  };
  for (const { spec, state } of here) {
    const isOurs = spec.trust.startsWith('oidc') || (spec.trust.startsWith('member') && oidc.length > 0);
    if (isOurs) part.ours.push(`aws-role:${state.Arn}`);
    if (spec.used) Object.assign(all.usedRecently ?? {}, { [state.Arn]: 'last used yesterday' });
    if (isOurs && spec.used) held[`aws-role:${state.Arn}`] = 'RecentlyUsed';
    state.Tags = tagsOf(id, spec);
    all.stacks?.push(...stacksOf(id, spec));
    if (isOurs && spec.owner === 'own-stack') part.ours.push(`aws-cloudformation-stack:${stackOf(id, spec)}`);
    const code = HELD[spec.owner];
    if (isOurs && code) held[`aws-role:${state.Arn}`] = code;
    const isDoubted = isOurs && isShared && spec.trust.startsWith('member');
    if (isDoubted) held[`aws-role:${state.Arn}`] = 'Doubt';
    if (isOurs && spec.trust.endsWith('and-stranger') && !isDoubted) held[`aws-role:${state.Arn}`] = 'SharedTrust';
    if (spec.policy === 'none') continue;
    const made = policyOf(id, spec);
    state.AttachedPolicies = [made.state.Arn];
    all.policies?.push(made);
    if (isOurs && spec.policy === 'onboarding') part.ours.push(`aws-policy:${made.state.Arn}`);
    if (isDoubted && spec.policy === 'onboarding') held[`aws-policy:${made.state.Arn}`] = 'Doubt';
    if (isOurs && spec.policy === 'renamed') part.doubtful.push(`aws-policy:${made.state.Arn}`);
  }
  if (id === OIDC_ACCOUNT && ids.length > 0) {
    const Arn = providerArn(TENANT, id);
    all.providers?.push({ Arn, Url: `sts.windows.net/${TENANT}/`, ClientIds: ids, Thumbprints: [], Tags: {} });
    if (ids.includes(AUDIENCE)) part.ours.push(`aws-oidc-client-id:${Arn}#${AUDIENCE}`);
  }
  all.providers?.push({
    Arn: providerArn(OTHER_TENANT, id),
    Url: `sts.windows.net/${OTHER_TENANT}/`,
    ClientIds: [AUDIENCE],
    Thumbprints: [],
    Tags: {},
  });
  return { ...part, snapshot: snapshot(all) };
}

function stateOf(id: string, spec: RoleSpec, oidc: RoleSpec[]): RoleState {
  const [first] = oidc;
  const trusted = first ? arnOf(OIDC_ACCOUNT, first) : 'arn:aws:iam::999900001111:root';
  const trusts: Record<RoleSpec['trust'], () => ReturnType<typeof document>> = {
    oidc: () => document({ ...webIdentity(), Principal: { Federated: providerArn(TENANT, id) } }),
    'oidc-and-stranger': () =>
      document({ ...webIdentity(), Principal: { Federated: providerArn(TENANT, id) } }, assumedBy('arn:aws:iam::999900001111:root')),
    member: () => document(assumedBy(trusted)),
    'member-by-id': () => document(assumedBy(first ? idOf(OIDC_ACCOUNT, first) : trusted)),
    'member-and-stranger': () => document(assumedBy(trusted, 'arn:aws:iam::999900001111:root')),
    'other-tenant': () => document({ ...webIdentity(AUDIENCE, OTHER_TENANT), Principal: { Federated: providerArn(OTHER_TENANT, id) } }),
    'denies-ours': () => document({ ...assumedBy(trusted), Effect: 'Deny' }, assumedBy('arn:aws:iam::999900001111:root')),
    'near-ours': () => document(assumedBy(`${trusted}s`)),
    defender: () => document(assumedBy(trusted)),
    service: () => document({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }),
  };
  return role(nameOf(spec), trusts[spec.trust](), { Arn: arnOf(id, spec), RoleId: idOf(id, spec) });
}

function policyOf(id: string, spec: RoleSpec) {
  const name = spec.policy === 'renamed' ? `ciem-controller-${TENANT}-x` : `ciem-controller-${TENANT}`;
  const counts = { attachmentCount: spec.policy === 'also-elsewhere' ? 2 : 1, boundaryCount: 0 };
  const Versions = [{ VersionId: 'v1', Document: allowing('iam:PutRolePolicy') }];
  return policy(name, { Arn: `arn:aws:iam::${id}:policy/${nameOf(spec)}/${name}`, Versions }, counts);
}

/** What the owner of a role of ours has it held with. */
const HELD: Partial<Record<RoleSpec['owner'], string>> = {
  terraform: 'OwnedByTerraform',
  'stack-set': 'OwnedByStackSet',
  'mixed-stack': 'OwnedByStack',
};

const stackOf = (id: string, spec: RoleSpec) =>
  `arn:aws:cloudformation:eu-west-1:${id}:stack/${nameOf(spec)}/5f0b2a1e-0001-4222-8333-444455556666`;

function tagsOf(id: string, spec: RoleSpec): RoleState['Tags'] {
  switch (spec.owner) {
    case 'nobody':
      return {};
    case 'a-guild':
      return { team: 'terraform-guild' };
    case 'terraform':
      return { ManagedBy: 'Terraform' };
    case 'stack-set':
      return { 'aws:cloudformation:stack-name': 'StackSet-mciem-5f0b2a1e-0001-4222-8333-444455556666' };
    default:
      return { 'aws:cloudformation:stack-name': nameOf(spec), 'aws:cloudformation:stack-id': stackOf(id, spec) };
  }
}

function stacksOf(id: string, spec: RoleSpec): AwsSnapshot['stacks'] {
  const own = stackOf(id, spec);
  if (spec.owner === 'gone-stack') return [{ id: own, gone: true }];
  if (spec.owner !== 'own-stack' && spec.owner !== 'mixed-stack') return [];
  const Resources = [`AWS::IAM::Role ${nameOf(spec)}`, ...(spec.owner === 'mixed-stack' ? ['AWS::S3::Bucket contoso-logs'] : [])];
  const state = { Status: 'CREATE_COMPLETE', Parent: null, TerminationProtection: false, GeneratedNames: [], Resources, LogicalIds: {} };
  return [{ id: own, stack: { StackId: own, StackName: nameOf(spec), ...state }, definition: { Unknown: 'AccessDenied' } }];
}
