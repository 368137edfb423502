import { CIEM_APP, guid, others, ours, times, type EstateInput } from '../hostile-estate/base.ts';
import {
  added,
  AWS_AUDIENCE,
  CONSOLE_AUDIENCE,
  deleted,
  ENTRY_ROLE,
  OLD_AWS_AUDIENCE,
  shared,
  SISTER_TENANT,
  TENANT,
  type Part,
} from './base.ts';

type Json = Extract<EstateInput, { kind: 'aws-role' }>['trust'];
type RoleFields = Partial<Extract<EstateInput, { kind: 'aws-role' }>>;

/** Where tokens are exchanged: free to go; shared with a deployer; needed by odd conditions; trusted anew; its provider shared anew. */
const [FREE, SHARED, ODD, TRUSTED, LATE] = times(5, (n) => `40100000000${n + 1}`) as [string, string, string, string, string];
export const MANAGEMENT = '401000000006';
const LOGGING = '401000000007';
const FEDERATED = '401000000008';
const MEMBERS = times(12, (n) => `4020000000${String(n + 1).padStart(2, '0')}`);
const ALL = [FREE, SHARED, ODD, TRUSTED, LATE, MANAGEMENT, LOGGING, FEDERATED, ...MEMBERS];
const CONNECT = 'ts-entra-connect';
const VISIBILITY = 'ts-visibility';
/** Far ahead: the file is the same every time, and recent whenever it is read. */
const LAST_USED = '2125-03-05T07:30:00Z';
/** Object id of a principal of the tenant that is not the CIEM application's. */
const PAYROLL = guid(48, 1);
const SECURITY_AUDIT = 'arn:aws:iam::aws:policy/SecurityAudit';

const url = (tenant: string) => `sts.windows.net/${tenant}/`;
const member = (n: number) => MEMBERS[n - 1] as string;
const roleArn = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`;
const policyArn = (account: string, name: string) => `arn:aws:iam::${account}:policy/${name}`;
const document = (...Statement: Json[]): Json => ({ Version: '2012-10-17', Statement });
const allow = (Action: string, Resource = '*'): Json => document({ Effect: 'Allow', Action, Resource });
const lets = (Principal: Json | string, more: Json = {}): Json => ({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more });
const assumedBy = (...arns: string[]): Json => document(lets({ AWS: arns }));
const web = (account: string, provider: string, Condition: Json, principal?: Json | string): Json => ({
  Effect: 'Allow',
  Principal: principal ?? { Federated: `arn:aws:iam::${account}:oidc-provider/${provider}` },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition,
});
const audience = (account: string, aud: string, tenant = TENANT): Json =>
  web(account, url(tenant), { StringEquals: { [`${url(tenant)}:aud`]: aud } });

const role = (make: typeof ours, account: string, name: string, trust: Json, more: RoleFields = {}) =>
  make('aws-role', { account, name, trust, ...more });
const policy = (make: typeof ours, account: string, name: string, action: string) =>
  make('aws-policy', { account, name, versions: [allow(action)] });
const provider = (make: typeof ours, account: string, of: string) => make('aws-oidc-provider', { account, url: of });
const clientId = (make: typeof ours, account: string, of: string, id: string) =>
  make('aws-oidc-client-id', { account, url: of, clientId: id });

const connect = (account: string, aud: string) => role(ours, account, CONNECT, document(audience(account, aud)));
const visibility = (n: number, by: string, more: RoleFields = {}) =>
  role(ours, member(n), VISIBILITY, assumedBy(roleArn(by, CONNECT)), { attached: [SECURITY_AUDIT], ...more });

const controller = (account: string) => policy(ours, account, `ciem-controller-${TENANT}`, 'iam:PutRolePolicy');
const CONTROLLERS = [controller(member(1)), controller(member(2))] as const;
const TRAIL = policy(ours, LOGGING, `ciem-cloudtrail-${TENANT}`, 's3:GetObject');
const controlled = (n: number) => ({ attached: [SECURITY_AUDIT, policyArn(member(n), `ciem-controller-${TENANT}`)] });

const STACK = `arn:aws:cloudformation:eu-central-1:${member(7)}:stack/ts-visibility/5b1c7d20-2222-4a2b-9c3d-000000000001`;
const ofStack = (id: string) => ({ 'aws:cloudformation:stack-name': 'ts-visibility', 'aws:cloudformation:stack-id': id });
const stackOf = (...names: string[]) => names.map((physicalId) => ({ type: 'AWS::IAM::Role', physicalId }));
const OUR_STACK = ours('aws-cloudformation-stack', { account: member(7), stackId: STACK, resources: stackOf(VISIBILITY) });

const SECRET_ARN = `arn:aws:secretsmanager:eu-central-1:${member(8)}:secret:ts/okta-Lw3Xp9`;
const SECRET = ours('aws-secret', { id: SECRET_ARN, account: member(8), name: 'ts/okta' });
export const FREED_ADMIN = `aws-role:${roleArn(member(2), 'prod-admin')}`;
export const FREED_SECRET = `aws-secret:${SECRET_ARN}`;

const LATE_TRUST = connect(TRUSTED, AWS_AUDIENCE);
const LATE_TRUST_ID = clientId(ours, TRUSTED, url(TENANT), AWS_AUDIENCE);
const LATE_PROVIDER = provider(ours, LATE, url(TENANT));
const CLIENT_IDS = [clientId(ours, FREE, url(TENANT), AWS_AUDIENCE), clientId(ours, LATE, url(TENANT), OLD_AWS_AUDIENCE)];
const MEMBER_ROLES = {
  boundary: visibility(2, FREE, controlled(2)),
  letsIn: visibility(3, FREE),
  namesake: visibility(4, LATE),
  takenOver: visibility(5, LATE),
  grown: visibility(6, ODD),
  inStack: visibility(7, FREE, { tags: ofStack(STACK) }),
};

/** Certain, and free to go when the estate begins. */
const OURS: EstateInput[] = [
  connect(FREE, AWS_AUDIENCE),
  ...CLIENT_IDS,
  LATE_TRUST,
  LATE_TRUST_ID,
  connect(LATE, OLD_AWS_AUDIENCE),
  LATE_PROVIDER,
  role(ours, MANAGEMENT, 'ts-organisation-view', assumedBy(roleArn(FREE, CONNECT)), {
    attached: ['arn:aws:iam::aws:policy/AWSSSOReadOnly', policyArn(MANAGEMENT, `ciem-scp-${TENANT}`)],
  }),
  policy(ours, MANAGEMENT, `ciem-scp-${TENANT}`, 'organizations:ListPolicies'),
  role(ours, LOGGING, 'ts-trail-view', assumedBy(roleArn(FREE, CONNECT)), { attached: [policyArn(LOGGING, `ciem-cloudtrail-${TENANT}`)] }),
  TRAIL,
  visibility(1, FREE, controlled(1)),
  ...CONTROLLERS,
  ...Object.values(MEMBER_ROLES),
  OUR_STACK,
  visibility(8, TRUSTED, { inline: { okta: allow('secretsmanager:GetSecretValue', SECRET_ARN) } }),
  SECRET,
  // Beside the OIDC role a user that was deleted, or a role: nobody comes in by these.
  visibility(10, FREE, { trust: assumedBy(roleArn(FREE, CONNECT), 'AIDADEADDEADDEAD00001') }),
  role(ours, member(9), VISIBILITY, assumedBy(roleArn(FREE, CONNECT), 'AROADEADDEADDEAD00001'), {
    attached: [SECURITY_AUDIT, policyArn(member(9), `ciem-controller-${TENANT}-dr`)],
  }),
];

/** Onboarding's or not: others come in as well, or nothing but a name speaks for it. */
const DOUBTED: EstateInput[] = [
  // Somebody let our audience into a deployer's role, and admin roles trust the deployer.
  role(
    others,
    SHARED,
    'ci-deployer',
    document(web(SHARED, GITHUB(), { StringEquals: { [`${GITHUB()}:aud`]: 'sts.amazonaws.com' } }), audience(SHARED, AWS_AUDIENCE)),
  ),
  // Of one of them its owner said that it may go.
  ...[1, 2, 3].map((n) =>
    role(n === 2 ? ours : others, member(n), 'prod-admin', assumedBy(roleArn(SHARED, 'ci-deployer')), {
      attached: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    }),
  ),
  clientId(others, SHARED, url(TENANT), AWS_AUDIENCE),
  clientId(others, ODD, url(TENANT), AWS_AUDIENCE),
  role(others, ODD, CONNECT, document(audience(ODD, AWS_AUDIENCE))),
  // Ours, and an auditor's as well.
  role(others, member(10), 'audit-view', assumedBy(roleArn(FREE, CONNECT), 'arn:aws:iam::999900001111:root')),
  // Somebody still works with it.
  role(others, member(11), 'used-view', assumedBy(roleArn(ODD, CONNECT)), { attached: [SECURITY_AUDIT], lastUsed: LAST_USED }),
  // Named as onboarding named one, and more.
  policy(others, member(9), `ciem-controller-${TENANT}-dr`, 'iam:GetRole'),
  policy(others, LOGGING, `x-ciem-cloudtrail-${TENANT}`, 's3:GetObject'),
  policy(others, MANAGEMENT, 'SSOPolicy-tailspin', 'sso:List*'),
  // Orphans: all that they trust was deleted.
  role(others, member(11), 'ts-orphan', assumedBy('AROADEADDEADDEAD00002'), {
    attached: [policyArn(member(11), `ciem-controller-${TENANT}`)],
  }),
  policy(others, member(11), `ciem-controller-${TENANT}`, 'iam:PutRolePolicy'),
  role(others, member(12), 'mciem-member-account-role', assumedBy('AROADEADDEADDEAD00003')),
];

function GITHUB(): string {
  return 'token.actions.githubusercontent.com';
}

/** Trusts that a text search reads wrongly. */
function oddTrusts(): EstateInput[] {
  const odd = (account: string, name: string, ...statements: Json[]) => role(others, account, name, document(...statements));
  const aud = (operator: string, value: string) => ({ [operator]: { [`${url(TENANT)}:aud`]: value } });
  const arn = roleArn(ODD, CONNECT);
  return [
    odd(SHARED, 'open-metrics', web(SHARED, '', aud('StringEquals', AWS_AUDIENCE), '*')),
    odd(SHARED, 'all-but-one', {
      Effect: 'Allow',
      NotPrincipal: { AWS: 'arn:aws:iam::999900001111:root' },
      Action: 'sts:*',
      Condition: aud('StringEquals', AWS_AUDIENCE),
    }),
    odd(SHARED, 'any-api', web(SHARED, url(TENANT), aud('StringLike', 'api://mciem-*'))),
    odd(
      SHARED,
      'not-that-api',
      web(SHARED, url(TENANT), { StringNotEquals: { [`${url(TENANT)}:aud`]: ['api://something-else', OLD_AWS_AUDIENCE] } }),
    ),
    odd(SHARED, 'if-there', web(SHARED, url(TENANT), aud('StringEqualsIfExists', AWS_AUDIENCE))),
    // Our audience, but another principal's tokens; and who trusts that.
    odd(
      ODD,
      'payroll-export',
      web(ODD, url(TENANT), { StringEquals: { [`${url(TENANT)}:aud`]: AWS_AUDIENCE, [`${url(TENANT)}:sub`]: PAYROLL } }),
    ),
    odd(member(3), 'payroll-admin', lets({ AWS: roleArn(ODD, 'payroll-export') })),
    odd(SHARED, 'by-letters', web(SHARED, url(TENANT), aud('StringLike', 'api://mciem-??s-oidc-app'))),
    odd(SHARED, 'says-no', { ...audience(SHARED, AWS_AUDIENCE), Effect: 'Deny' }, lets({ AWS: 'arn:aws:iam::999900001111:root' })),
    odd(member(4), 'by-pattern', lets('*', { Condition: { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${ODD}:role/ts-entra-*` } } })),
    odd(member(5), 'by-account', lets({ AWS: `arn:aws:iam::${ODD}:root` }, { Condition: { StringEquals: { 'aws:PrincipalArn': arn } } })),
    odd(member(6), 'by-session', lets({ AWS: `arn:aws:sts::${ODD}:assumed-role/${CONNECT}/nightly` })),
    odd(member(7), 'one-letter-more', lets({ AWS: `${roleArn(FREE, CONNECT)}s` })),
    odd(
      member(8),
      'shuts-out',
      { ...lets({ AWS: roleArn(FREE, CONNECT) }), Effect: 'Deny' },
      lets({ AWS: 'arn:aws:iam::999900001111:root' }),
    ),
  ];
}

/** The sister's onboarding, Defender, GitHub, and the customer's own federation from Entra ID, in the very same accounts. */
function neighbours(): EstateInput[] {
  const v2 = `login.microsoftonline.com/${TENANT}/v2.0`;
  return [
    ...[FREE, SHARED, ODD, TRUSTED].map((account) => provider(others, account, url(TENANT))),
    clientId(others, FREE, url(TENANT), 'api://tailspin-data'),
    role(others, FREE, 'data-lake', document(audience(FREE, 'api://tailspin-data'))),
    clientId(others, TRUSTED, url(TENANT), 'api://tailspin-data'),
    ...[FREE, LATE].flatMap((account) => [
      provider(others, account, url(SISTER_TENANT)),
      clientId(others, account, url(SISTER_TENANT), AWS_AUDIENCE),
      role(others, account, 'mciem-oidc-connect-role', document(audience(account, AWS_AUDIENCE, SISTER_TENANT)), {
        attached: [policyArn(account, `ciem-oidc-${SISTER_TENANT}-assume`)],
      }),
      policy(others, account, `ciem-oidc-${SISTER_TENANT}-assume`, 'sts:AssumeRole'),
    ]),
    provider(others, SHARED, GITHUB()),
    clientId(others, SHARED, GITHUB(), 'sts.amazonaws.com'),
    clientId(others, SHARED, url(TENANT), 'api://mdc-ciem-aws'),
    role(others, SHARED, 'DefenderForCloud-OidcCiem', document(audience(SHARED, 'api://mdc-ciem-aws'))),
    provider(others, FEDERATED, url(TENANT)),
    clientId(others, FEDERATED, url(TENANT), CONSOLE_AUDIENCE),
    role(others, FEDERATED, 'console-admin', document(audience(FEDERATED, CONSOLE_AUDIENCE)), {
      attached: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    }),
    role(others, member(12), 'console-reader', assumedBy(roleArn(FEDERATED, 'console-admin'))),
    provider(others, FEDERATED, v2),
    clientId(others, FEDERATED, v2, AWS_AUDIENCE),
    role(
      others,
      FEDERATED,
      'mciem-oidc-connect-role',
      document(web(FEDERATED, v2, { StringEquals: { [`${v2}:aud`]: AWS_AUDIENCE, [`${v2}:appid`]: CIEM_APP } })),
    ),
    role(others, member(1), 'break-glass', assumedBy('arn:aws:iam::999900001111:root')),
    role(others, member(2), 'developer', assumedBy('arn:aws:iam::999900001111:root')),
    role(others, member(7), 'owner-report', assumedBy('arn:aws:iam::999900001111:root')),
    role(others, LOGGING, 'siem-reader', assumedBy('arn:aws:iam::999900001111:root')),
  ];
}

function accounts(): EstateInput[] {
  return ALL.flatMap((id) => [
    others('aws-account', { id, entryRole: ENTRY_ROLE, ...(id === MANAGEMENT ? { management: true } : {}) }),
    role(others, id, ENTRY_ROLE, assumedBy('arn:aws:iam::999988887777:user/offboarding-worker')),
    ...(MEMBERS.includes(id)
      ? [
          policy(others, id, `ciem-controller-${SISTER_TENANT}`, 'iam:PutRolePolicy'),
          role(others, id, 'mciem-collection-role', assumedBy(roleArn(FREE, 'mciem-oidc-connect-role')), {
            attached: [SECURITY_AUDIT, policyArn(id, `ciem-controller-${SISTER_TENANT}`)],
          }),
        ]
      : []),
  ]);
}

/** What would make a tool that looks only at the thing itself delete somebody's access. */
const CHANGES = [
  // Our policies come to be used by others: attached, or as a permissions boundary.
  { change: `aws-role:${roleArn(member(1), 'break-glass')}`, to: { attached: [policyArn(member(1), `ciem-controller-${TENANT}`)] } },
  shared(CONTROLLERS[0]),
  { change: `aws-role:${roleArn(member(2), 'developer')}`, to: { permissionsBoundary: policyArn(member(2), `ciem-controller-${TENANT}`) } },
  shared(CONTROLLERS[1]),
  { change: `aws-role:${roleArn(LOGGING, 'siem-reader')}`, to: { attached: [policyArn(LOGGING, `ciem-cloudtrail-${TENANT}`)] } },
  shared(TRAIL),
  // A role of ours lets somebody in, is made again under its name, is taken over by a stack, or is given more.
  shared(MEMBER_ROLES.letsIn, { trust: assumedBy(roleArn(FREE, CONNECT), 'arn:aws:iam::999900001111:role/soc-analyst') }),
  deleted(MEMBER_ROLES.namesake),
  added(role(others, member(4), VISIBILITY, assumedBy('arn:aws:iam::999900001111:root'), { attached: [SECURITY_AUDIT] })),
  shared(MEMBER_ROLES.takenOver, {
    tags: ofStack(`arn:aws:cloudformation:eu-central-1:${member(5)}:stack/landing-zone/5b1c7d20-2222-4a2b-9c3d-000000000002`),
  }),
  added(
    others('aws-cloudformation-stack', {
      account: member(5),
      stackId: `arn:aws:cloudformation:eu-central-1:${member(5)}:stack/landing-zone/5b1c7d20-2222-4a2b-9c3d-000000000002`,
      resources: [...stackOf(VISIBILITY, 'by-account')],
    }),
  ),
  shared(MEMBER_ROLES.grown, { inline: { deploy: allow('s3:PutObject') }, instanceProfiles: ['deployer'] }),
  // What goes with a container is more than was planned.
  shared(OUR_STACK, { resources: stackOf(VISIBILITY, 'owner-report') }),
  shared(MEMBER_ROLES.inStack),
  added(clientId(others, LATE, url(TENANT), 'api://tailspin-batch')),
  shared(LATE_PROVIDER),
  // Somebody relies on the way in.
  added(role(others, member(12), 'night-run', assumedBy(`arn:aws:sts::${TRUSTED}:assumed-role/${CONNECT}/nightly`))),
  shared(LATE_TRUST),
  shared(LATE_TRUST_ID),
  // Defender is switched on, which may sign in with the same audience.
  ...CLIENT_IDS.map((o) => shared(o)),
  // An override said that nobody needs it, before somebody did.
  shared(SECRET, { resourcePolicy: allow('secretsmanager:GetSecretValue') }),
];

export const aws: Part = {
  objects: [...OURS, ...DOUBTED, ...oddTrusts(), ...neighbours(), ...accounts()],
  changes: CHANGES,
};
