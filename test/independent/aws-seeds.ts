import { LOGGING_ACCOUNT, MANAGEMENT_ACCOUNT, MEMBERS, OIDC_ACCOUNT, OTHER_TENANT, TENANT, ENTRY_ROLE, ACCOUNTS } from './aws-accounts.ts';

/** What stands in the accounts before the run: what onboarding made (`ours`), and what only looks like it. Names vary as operators vary them. */

export interface RoleSeed {
  account: string;
  name: string;
  ours: boolean;
  trust: object;
  path?: string;
  /** Names of the account's own policies, or ARNs of AWS's. */
  attached?: string[];
  inline?: Record<string, object>;
  instanceProfile?: string;
}
export interface PolicySeed {
  account: string;
  name: string;
  ours: boolean;
  /** Oldest first; the last one is the default. */
  versions: object[];
}
export interface ProviderSeed {
  account: string;
  url: string;
  clientIds: string[];
  ours: boolean;
}

const AUDIENCE = 'api://mciem-aws-oidc-app';
const OIDC_ROLE = `arn:aws:iam::${OIDC_ACCOUNT}:role/contoso-mepm-connect`;
const VENDOR = 'arn:aws:iam::990000000001:root';
const AWS = 'arn:aws:iam::aws:policy';
const [m1 = '', m2 = '', m3 = '', m4 = '', m5 = '', m6 = '', m7 = '', m8 = '', m9 = ''] = MEMBERS;

function statement(...Statement: object[]): object {
  return { Version: '2012-10-17', Statement };
}
function allow(Action: string | string[], Resource = '*'): object {
  return statement({ Effect: 'Allow', Action, Resource });
}
function assumedBy(arn: string): object {
  return statement({ Effect: 'Allow', Principal: { AWS: arn }, Action: 'sts:AssumeRole' });
}
function signedInThrough(tenant: string): object {
  const issuer = `sts.windows.net/${tenant}/`;
  return statement({
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::${OIDC_ACCOUNT}:oidc-provider/${issuer}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${issuer}:aud`]: AUDIENCE } },
  });
}

/** Ours has no client id but ours: moto cannot remove a single client id, so the provider goes whole, as it does where nobody shares it. */
export const PROVIDERS: ProviderSeed[] = [
  { account: OIDC_ACCOUNT, url: `https://sts.windows.net/${TENANT}/`, clientIds: [AUDIENCE], ours: true },
  { account: OIDC_ACCOUNT, url: `https://sts.windows.net/${OTHER_TENANT}/`, clientIds: [AUDIENCE], ours: false },
  { account: OIDC_ACCOUNT, url: 'https://token.actions.githubusercontent.com', clientIds: ['sts.amazonaws.com'], ours: false },
];

const CONTROLLER = ['iam:AttachRolePolicy', 'iam:PutRolePolicy', 'iam:CreatePolicy', 'iam:DeletePolicy'];

export const POLICIES: PolicySeed[] = [
  {
    account: OIDC_ACCOUNT,
    name: `ciem-oidc-${TENANT}-assume`,
    ours: true,
    versions: [allow('sts:AssumeRole', `arn:aws:iam::${m1}:role/*`), allow('sts:AssumeRole')],
  },
  { account: MANAGEMENT_ACCOUNT, name: `ciem-scp-${TENANT}`, ours: true, versions: [allow('organizations:ListPolicies')] },
  { account: MANAGEMENT_ACCOUNT, name: 'SSOPolicy', ours: true, versions: [allow(['sso:ListInstances', 'identitystore:ListUsers'])] },
  {
    account: LOGGING_ACCOUNT,
    name: `ciem-cloudtrail-${TENANT}`,
    ours: true,
    versions: [allow(['s3:GetObject', 's3:ListBucket'], 'arn:aws:s3:::trail*')],
  },
  { account: m1, name: `ciem-controller-${TENANT}`, ours: true, versions: [allow(CONTROLLER)] },
  { account: m2, name: `ciem-controller-${TENANT}`, ours: true, versions: [allow(CONTROLLER.slice(0, 2)), allow(CONTROLLER)] },
  { account: MANAGEMENT_ACCOUNT, name: `ciem-scp-${OTHER_TENANT}`, ours: false, versions: [allow('organizations:ListPolicies')] },
  { account: LOGGING_ACCOUNT, name: 'contoso-trail-readers', ours: false, versions: [allow('s3:GetObject', 'arn:aws:s3:::trail/*')] },
  { account: m3, name: 'contoso-shared-audit', ours: false, versions: [allow('ec2:Describe*')] },
  { account: m6, name: 'mdc-ciem-discovery', ours: false, versions: [allow('iam:List*')] },
  { account: m8, name: `ciem-controller-${OTHER_TENANT}`, ours: false, versions: [allow(CONTROLLER)] },
];

const OURS: RoleSeed[] = [
  {
    account: OIDC_ACCOUNT,
    name: 'contoso-mepm-connect',
    ours: true,
    trust: signedInThrough(TENANT),
    attached: [`ciem-oidc-${TENANT}-assume`],
  },
  {
    account: MANAGEMENT_ACCOUNT,
    name: 'contoso-mepm-organisation',
    ours: true,
    trust: assumedBy(OIDC_ROLE),
    attached: [`ciem-scp-${TENANT}`, 'SSOPolicy', `${AWS}/AWSSSOReadOnly`, `${AWS}/service-role/AWSConfigRoleForOrganizations`],
  },
  {
    account: LOGGING_ACCOUNT,
    name: 'mciem-cloudtrail-account-role',
    ours: true,
    trust: assumedBy(OIDC_ROLE),
    attached: [`ciem-cloudtrail-${TENANT}`],
  },
  member(m1, 'mciem-member-account-role', { attached: [`${AWS}/SecurityAudit`, `ciem-controller-${TENANT}`] }),
  member(m2, 'mciem-collection-role', { attached: [`${AWS}/SecurityAudit`, `ciem-controller-${TENANT}`] }),
  member(m3, 'contoso-audit', { attached: [`${AWS}/SecurityAudit`, 'contoso-shared-audit'] }),
  member(m4, 'mciem-member-account-role', { instanceProfile: 'contoso-agents' }),
  member(m5, 'security-reader', { path: '/security/', inline: { extra: allow('s3:GetBucketPolicy'), more: allow('kms:List*') } }),
  member(m6, 'mciem-member-account-role'),
  member(m7, 'mciem-member-account-role'),
  member(m8, 'mciem-member-account-role'),
  member(m9, 'mciem-member-account-role', { attached: [] }),
];

const LOOK_ALIKES: RoleSeed[] = [
  ...ACCOUNTS.map((account) => ({
    account,
    name: ENTRY_ROLE,
    ours: false,
    trust: assumedBy('arn:aws:iam::123456789012:root'),
    attached: [`${AWS}/IAMFullAccess`],
  })),
  { account: OIDC_ACCOUNT, name: 'mciem-oidc-connect-role', ours: false, trust: signedInThrough(OTHER_TENANT) },
  { account: MANAGEMENT_ACCOUNT, name: 'mciem-org-role', ours: false, trust: assumedBy(VENDOR), attached: [`ciem-scp-${OTHER_TENANT}`] },
  { account: LOGGING_ACCOUNT, name: 'trail-reader', ours: false, trust: assumedBy(VENDOR), attached: ['contoso-trail-readers'] },
  {
    account: m3,
    name: 'contoso-inventory',
    ours: false,
    trust: assumedBy(VENDOR),
    attached: ['contoso-shared-audit', `${AWS}/SecurityAudit`],
  },
  { account: m5, name: 'mciem-collection-role', ours: false, trust: assumedBy(VENDOR), attached: [`${AWS}/SecurityAudit`] },
  { account: m6, name: 'DefenderForCloud-Ciem', ours: false, trust: assumedBy(VENDOR), attached: ['mdc-ciem-discovery'] },
  // The same role name, in an account that is not the OIDC account.
  { account: m7, name: 'mciem-auditor', ours: false, trust: assumedBy(OIDC_ROLE.replace(OIDC_ACCOUNT, '990000000002')) },
  { account: m8, name: 'mciem-controller', ours: false, trust: assumedBy(VENDOR), attached: [`ciem-controller-${OTHER_TENANT}`] },
];

export const ROLES: RoleSeed[] = [...OURS, ...LOOK_ALIKES];

function member(account: string, name: string, rest: Partial<RoleSeed> = {}): RoleSeed {
  return { account, name, ours: true, trust: assumedBy(OIDC_ROLE), attached: [`${AWS}/SecurityAudit`], ...rest };
}
