import { ENTRY_ROLE, OTHER_TENANT, others, ours, TENANT, times, type EstateInput } from './base.ts';

type Json = Extract<EstateInput, { kind: 'aws-role' }>['trust'];

const OIDC = ['301000000001', '301000000002'] as const;
export const MANAGEMENT = '301000000003';
const LOGGING = '301000000004';
const MEMBERS = times(14, (n) => `3020000000${String(n + 1).padStart(2, '0')}`);
const SUSPENDED = '309900000001';
const AUDIENCES = ['api://mciem-aws-oidc-app', 'api://ciem-aws-oidc-app'] as const;
const OIDC_ROLES = ['nw-entra-trust', 'nw-legacy-federation'] as const;
const SECURITY_AUDIT = 'arn:aws:iam::aws:policy/SecurityAudit';
const STACK = `arn:aws:cloudformation:eu-central-1:${MEMBERS[12]}:stack/nw-visibility/5b1c7d20-1111-4a2b-9c3d-000000000001`;
const OWNERS_STACK = `arn:aws:cloudformation:eu-central-1:${MEMBERS[0]}:stack/mciem-member/5b1c7d20-1111-4a2b-9c3d-000000000002`;

const NO_COPY_STACK = `arn:aws:cloudformation:eu-central-1:${MEMBERS[3]}:stack/nw-okta-link/5b1c7d20-1111-4a2b-9c3d-000000000003`;
const RETAINING_STACK = `arn:aws:cloudformation:eu-central-1:${MEMBERS[4]}:stack/nw-okta-link/5b1c7d20-1111-4a2b-9c3d-000000000004`;
const secretArn = (account: string, name: string) => `arn:aws:secretsmanager:eu-central-1:${account}:secret:${name}`;

const roleArn = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`;
const policyArn = (account: string, name: string) => `arn:aws:iam::${account}:policy/${name}`;
const providerUrl = (tenant: string) => `sts.windows.net/${tenant}/`;
const document = (...Statement: Json[]): Json => ({ Version: '2012-10-17', Statement });
const allow = (actions: string[], resource = '*'): Json => document({ Effect: 'Allow', Action: actions, Resource: resource });
const assumedBy = (principal: string, more: Json = {}): Json =>
  document({ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole', ...more });

type RoleFields = Partial<Extract<EstateInput, { kind: 'aws-role' }>>;
const role = (make: typeof ours, account: string, name: string, trust: Json, more: RoleFields = {}) =>
  make('aws-role', { account, name, trust, ...more });
const policy = (make: typeof ours, account: string, name: string, ...versions: Json[]) => make('aws-policy', { account, name, versions });

function federated(account: string, tenant: string, audience: string): Json {
  const url = providerUrl(tenant);
  return document({
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${url}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${url}:aud`]: audience } },
  });
}

/** Policies of ours under names of the operator's own: names do not prove them, so the manifest names them. */
export const RENAMED_POLICIES = [policyArn(MEMBERS[1] ?? '', 'nw-entitlement-write'), policyArn(LOGGING, 'nw-trail-read')];

const OKTA = [secretArn(MEMBERS[3] ?? '', 'nw/idp/token-Hs7Kq2'), secretArn(MEMBERS[4] ?? '', 'nw/idp/token-Bv4Mz9')] as const;

/** A secret whose stack retains it goes once somebody says that nobody else needs what lies in it; the other's stack would destroy it. */
export const FREED_SECRET = OKTA[1];

/** What onboarding left: two OIDC accounts, management, logging, fourteen members, one of them by a stack; all renamed. */
function oursInAws(): EstateInput[] {
  const oidcRole = (n: number) => roleArn(OIDC[n % 2] as string, OIDC_ROLES[n % 2] as string);
  return [
    ...times(2, (n) => {
      const account = OIDC[n] as string;
      const audience = AUDIENCES[n] as string;
      return [
        ours('aws-oidc-client-id', { account, url: providerUrl(TENANT), clientId: audience }),
        role(ours, account, OIDC_ROLES[n] as string, federated(account, TENANT, audience), {
          inline: { assume: allow(['sts:AssumeRole']) },
          tags: { team: 'cloud-security' },
        }),
      ];
    }),
    ours('aws-oidc-provider', { account: OIDC[1], url: providerUrl(TENANT), thumbprints: ['626d44e704d1ceabe3bf0d53397464ac8080142c'] }),
    role(ours, MANAGEMENT, 'nw-organisation-view', assumedBy(oidcRole(0)), {
      attached: ['arn:aws:iam::aws:policy/service-role/AWSConfigRoleForOrganizations', 'arn:aws:iam::aws:policy/AWSSSOReadOnly'],
    }),
    role(ours, LOGGING, 'nw-trail-view', assumedBy(oidcRole(0)), { attached: [RENAMED_POLICIES[1] as string] }),
    policy(ours, LOGGING, 'nw-trail-read', allow(['s3:GetObject', 's3:ListBucket'])),
    ...MEMBERS.map((account, n) =>
      ours('aws-role', {
        account,
        name: `nw-visibility-${n % 3}`,
        path: n % 4 === 3 ? '/security/' : '/',
        trust:
          n === 5
            ? document(...statements(assumedBy(oidcRole(n))), ...statements(assumedBy(roleArn(MANAGEMENT, 'audit-hub'))))
            : assumedBy(oidcRole(n)),
        attached: n === 1 ? [SECURITY_AUDIT, RENAMED_POLICIES[0] as string] : [SECURITY_AUDIT],
        ...(n === 3 || n === 4 ? { inline: { idp: allow(['secretsmanager:GetSecretValue'], OKTA[n - 3]) } } : {}),
        ...(n % 5 === 2 ? { inline: { lookup: allow(['cloudtrail:LookupEvents']) }, maxSessionDuration: 7200 } : {}),
        ...(n === 12 ? { tags: { 'aws:cloudformation:stack-name': 'nw-visibility', 'aws:cloudformation:stack-id': STACK } } : {}),
      }),
    ),
    policy(
      ours,
      MEMBERS[1] as string,
      'nw-entitlement-write',
      allow(['iam:AttachRolePolicy']),
      allow(['iam:Attach*', 'iam:Put*', 'iam:Create*', 'iam:DeletePolicy']),
    ),
    ...OKTA.map((id, n) => {
      const stack = [NO_COPY_STACK, RETAINING_STACK][n] ?? '';
      const tags = { 'aws:cloudformation:stack-name': 'nw-okta-link', 'aws:cloudformation:stack-id': stack };
      return ours('aws-secret', { id, account: MEMBERS[3 + n] as string, name: 'nw/idp/token', tags });
    }),
    ...[NO_COPY_STACK, RETAINING_STACK].map((stackId, n) =>
      ours('aws-cloudformation-stack', {
        account: MEMBERS[3 + n] as string,
        stackId,
        resources: [{ type: 'AWS::SecretsManager::Secret', physicalId: OKTA[n] as string, ...(n === 1 ? { retain: true as const } : {}) }],
      }),
    ),
    ours('aws-cloudformation-stack', {
      account: MEMBERS[12] as string,
      stackId: STACK,
      resources: [{ type: 'AWS::IAM::Role', physicalId: 'nw-visibility-0' }],
    }),
  ];
}

function statements(policy: Json): Json[] {
  return policy['Statement'] as Json[];
}

/** The accounts themselves, with the worker's way in. */
function accounts(): EstateInput[] {
  const live = [...OIDC, MANAGEMENT, LOGGING, ...MEMBERS];
  return [
    ...live.map((id) => others('aws-account', { id, entryRole: ENTRY_ROLE, ...(id === MANAGEMENT ? { management: true } : {}) })),
    others('aws-account', { id: SUSPENDED, entryRole: ENTRY_ROLE, state: 'suspended' }),
    ...live.map((account) =>
      role(others, account, ENTRY_ROLE, assumedBy('arn:aws:iam::999988887777:user/offboarding-worker'), {
        attached: ['arn:aws:iam::aws:policy/IAMFullAccess'],
      }),
    ),
  ];
}

/** Where tokens are exchanged: Defender on the same provider, the other tenant beside it, GitHub. */
function strangersInOidcAccounts(): EstateInput[] {
  return [
    others('aws-oidc-provider', { account: OIDC[0], url: providerUrl(TENANT) }),
    others('aws-oidc-client-id', { account: OIDC[0], url: providerUrl(TENANT), clientId: 'api://mdc-ciem-aws' }),
    // Defender signs in with the audience it shares with Permissions Management.
    role(others, OIDC[0], 'DefenderForCloud-OidcCiem', federated(OIDC[0], TENANT, AUDIENCES[0]), {
      attached: [policyArn(OIDC[0], 'mdc-ciem-oidc-policy')],
    }),
    policy(others, OIDC[0], 'mdc-ciem-oidc-policy', allow(['sts:AssumeRole'])),
    ...OIDC.flatMap((account, n) => [
      others('aws-oidc-provider', { account, url: providerUrl(OTHER_TENANT) }),
      others('aws-oidc-client-id', { account, url: providerUrl(OTHER_TENANT), clientId: AUDIENCES[n] as string }),
      role(others, account, 'mciem-oidc-connect-role', federated(account, OTHER_TENANT, AUDIENCES[n] as string)),
      role(others, account, 'mciem-oidc-provider-role', federated(account, OTHER_TENANT, AUDIENCES[1 - n] as string)),
      policy(others, account, `ciem-oidc-${OTHER_TENANT}-assume`, allow(['sts:AssumeRole'])),
      others('aws-oidc-provider', { account, url: 'token.actions.githubusercontent.com' }),
      others('aws-oidc-client-id', { account, url: 'token.actions.githubusercontent.com', clientId: 'sts.amazonaws.com' }),
    ]),
  ];
}

/** In every account: names as onboarding gave them, on what it never made. */
function lookAlikes(account: string, n: number): EstateInput[] {
  const oidc = roleArn(OIDC[0], OIDC_ROLES[0]);
  const named = (name: string, trust: Json, more?: RoleFields) => role(others, account, name, trust, more);
  const allowing = (name: string, action: string) => policy(others, account, name, allow([action]));
  return [
    named('mciem-collection-role', assumedBy('arn:aws:iam::999900001111:root'), { attached: [SECURITY_AUDIT] }),
    named('mciem-member-account-role', assumedBy(roleArn(OIDC[n % 2] as string, 'mciem-oidc-connect-role')), {
      attached: [SECURITY_AUDIT],
    }),
    named('mciem-cloudtrail-account-role', assumedBy(`arn:aws:iam::${OIDC[0]}:root`), { attached: [policyArn(account, 'ciem-report')] }),
    // Shuts our OIDC role out: a deny is not a trust.
    named(
      'nw-no-visibility',
      document(...statements(assumedBy('arn:aws:iam::999900001111:root')), {
        Effect: 'Deny',
        Principal: { AWS: oidc },
        Action: 'sts:AssumeRole',
      }),
    ),
    // One letter from our OIDC role, and a role that was deleted.
    named('nw-visibility', assumedBy(`${oidc}s`)),
    named('mciem-management-account-role', assumedBy('AROAEXAMPLE0123456789')),
    named('DefenderForCloud-Ciem', assumedBy(roleArn(OIDC[0], 'DefenderForCloud-OidcCiem')), {
      attached: [SECURITY_AUDIT, policyArn(account, 'mdc-ciem-read')],
    }),
    named('app-server', document({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }), {
      attached: [policyArn(account, 'app-server-s3')],
      instanceProfiles: ['app-server'],
    }),
    allowing('ciem-report', 's3:GetObject'),
    allowing('mdc-ciem-read', 'iam:Get*'),
    allowing('app-server-s3', 's3:GetObject'),
    allowing(`ciem-controller-${OTHER_TENANT}`, 'iam:PutRolePolicy'),
    allowing('SSOPolicy-contoso', 'sso:List*'),
  ];
}

export function awsObjects(): EstateInput[] {
  const all = [...OIDC, MANAGEMENT, LOGGING, ...MEMBERS];
  return [
    ...oursInAws(),
    ...accounts(),
    ...strangersInOidcAccounts(),
    ...all.flatMap((account, n) => lookAlikes(account, n)),
    // Secrets that are named as if they were the Okta add-on's: one nobody reads, one that a stranger's role reads.
    others('aws-secret', {
      id: secretArn(MEMBERS[5] as string, 'mciem-okta-secret-Kp8Wn2'),
      account: MEMBERS[5] as string,
      name: 'mciem-okta-secret',
    }),
    others('aws-secret', { id: secretArn(MEMBERS[6] as string, 'okta-ciem-Tf5Xd1'), account: MEMBERS[6] as string, name: 'okta-ciem' }),
    others('aws-role', {
      account: MEMBERS[6] as string,
      name: 'okta-sync',
      trust: assumedBy('arn:aws:iam::999900001111:root'),
      inline: { read: allow(['secretsmanager:GetSecretValue'], secretArn(MEMBERS[6] as string, 'okta-ciem-Tf5Xd1')) },
    }),
    // A stack that is named like onboarding's and holds a stranger's role.
    others('aws-cloudformation-stack', {
      account: MEMBERS[0] as string,
      stackId: OWNERS_STACK,
      resources: [{ type: 'AWS::IAM::Role', physicalId: 'mciem-collection-role' }],
    }),
  ];
}
