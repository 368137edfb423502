import type { Permission, Use } from '../../../model/permission.ts';

/** On what AWS's permissions are needed: what a policy's `Resource` can name. `organization` is for the management account alone, `worker` for the worker's own principal. */
export const AWS_RESOURCES = [
  'worker',
  'organization',
  'account',
  'role',
  'policy',
  'instance-profile',
  'provider',
  'stack',
  'secret',
] as const;
export type AwsResource = (typeof AWS_RESOURCES)[number];

const PAGES: Record<string, string> = {
  sts: 'awssecuritytokenservice',
  organizations: 'awsorganizations',
  iam: 'awsidentityandaccessmanagementiam',
  cloudformation: 'awscloudformation',
  secretsmanager: 'awssecretsmanager',
};

/** By use and resource: actions, with what they need besides their own name. */
function rows(uses: Use[], on: AwsResource, calls: (string | [call: string, ...besides: string[]])[], without?: string): Permission[] {
  return calls.map((one) => {
    const [call, ...besides] = typeof one === 'string' ? [one] : one;
    const page = PAGES[call.split(':')[0] ?? ''] ?? '';
    const source = `https://docs.aws.amazon.com/service-authorization/latest/reference/list_${page}.html`;
    return { call, needs: [call, ...besides], uses, on, ...(without === undefined ? {} : { without }), source };
  });
}

const STACKS = 'what a stack’s tags mark is held, since nobody can look at the stack';
const SECRETS = 'a secret that a role of ours reads is held, since nobody can look at it';

/** Every call to AWS: an action needs the permission of its own name, and some need more. */
export const AWS_PERMISSIONS: readonly Permission[] = [
  ...rows(['discover'], 'worker', ['sts:AssumeRole']),
  {
    call: 'sts:GetCallerIdentity',
    needs: [],
    uses: ['discover'],
    on: 'worker',
    source: 'https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html',
  },
  ...rows(
    ['discover'],
    'worker',
    ['organizations:DescribeOrganization'],
    'a manifest with `members: all` must name `managementAccount`, since nobody knows whose organisation the worker is in',
  ),
  ...rows(
    ['discover'],
    'organization',
    ['organizations:ListAccounts'],
    'the accounts behind `members: all` are not known; name them one by one',
  ),
  ...rows(['discover'], 'account', [
    'iam:GetAccountAuthorizationDetails',
    'iam:GetOpenIDConnectProvider',
    'iam:GetPolicy',
    'iam:GetPolicyVersion',
    'iam:GetRole',
    'iam:GetRolePolicy',
    'iam:ListAttachedRolePolicies',
    'iam:ListEntitiesForPolicy',
    'iam:ListInstanceProfilesForRole',
    'iam:ListOpenIDConnectProviders',
    'iam:ListPolicyVersions',
    'iam:ListRolePolicies',
    'iam:ListRoles',
  ]),
  ...rows(
    ['discover'],
    'account',
    [
      'cloudformation:DescribeStackEvents',
      'cloudformation:DescribeStacks',
      'cloudformation:GetStackPolicy',
      'cloudformation:GetTemplate',
      'cloudformation:ListStackResources',
    ],
    STACKS,
  ),
  ...rows(['discover'], 'account', ['secretsmanager:DescribeSecret', 'secretsmanager:GetResourcePolicy'], SECRETS),
  ...rows(['discover'], 'account', ['iam:SimulatePrincipalPolicy'], 'doctor cannot tell what the role may do in the account'),
  ...rows(['remove'], 'role', ['iam:DeleteRole', 'iam:DeleteRolePolicy', 'iam:DetachRolePolicy']),
  ...rows(['remove'], 'policy', ['iam:DeletePolicy', 'iam:DeletePolicyVersion']),
  ...rows(['remove'], 'instance-profile', ['iam:RemoveRoleFromInstanceProfile']),
  ...rows(['remove'], 'provider', ['iam:DeleteOpenIDConnectProvider', 'iam:RemoveClientIDFromOpenIDConnectProvider']),
  ...rows(['remove'], 'stack', ['cloudformation:DeleteStack'], 'what a stack made is removed by its owner'),
  ...rows(['remove'], 'secret', ['secretsmanager:DeleteSecret'], 'the secret of the Okta add-on stays'),
  ...rows(['restore'], 'role', [['iam:CreateRole', 'iam:TagRole'], 'iam:AttachRolePolicy', 'iam:PutRolePolicy']),
  ...rows(['restore'], 'instance-profile', [['iam:AddRoleToInstanceProfile', 'iam:PassRole']]),
  ...rows(['restore', 'quarantine'], 'role', ['iam:UpdateAssumeRolePolicy']),
  ...rows(['restore'], 'policy', [['iam:CreatePolicy', 'iam:TagPolicy'], 'iam:CreatePolicyVersion', 'iam:SetDefaultPolicyVersion']),
  ...rows(['restore'], 'provider', [
    ['iam:CreateOpenIDConnectProvider', 'iam:TagOpenIDConnectProvider'],
    'iam:AddClientIDToOpenIDConnectProvider',
  ]),
  ...rows(['restore'], 'stack', [['cloudformation:CreateStack', 'iam:PassRole']], 'a stack is not made again'),
  ...rows(['restore'], 'secret', ['secretsmanager:RestoreSecret'], 'a deleted secret stays deleted'),
];
