import type { EstateInput } from '../hostile-estate/base.ts';
import { AWS_AUDIENCE, count, ENTRY_ROLE, hasController, hasDecoy, TENANT } from './base.ts';

const URL = `sts.windows.net/${TENANT}/`;
const OTHER_URL = 'sts.windows.net/0f0e5b1c-7a64-4d2b-8f3c-9b1d2e3f4a5b/';
const OIDC_ROLE = 'mciem-oidc-connect-role';
const APPS = ['web', 'batch', 'deploy'];
const SERVICES = ['ec2.amazonaws.com', 'lambda.amazonaws.com', 'codebuild.amazonaws.com'];

export const account = (n: number): string => String(300_000_000_000 + n);

/** The first account has the OIDC role and its provider; the others are members. */
export function aws(accounts: number): EstateInput[] {
  return [...count(accounts).flatMap((n) => [...house(n), ...(n === 0 ? [] : member(n)), ...(hasDecoy(n) ? decoys(n) : [])]), ...oidc()];
}

type Policy = { [key: string]: string | Policy | Policy[] };

const trusting = (principal: Policy, Action = 'sts:AssumeRole', more: Policy = {}): Policy => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: principal, Action, ...more }],
});
const allowing = (...Action: string[]) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });

/** What an account holds whoever looks at it. */
function house(n: number): EstateInput[] {
  const entry = trusting({ AWS: 'arn:aws:iam::999988887777:user/offboarding-worker' });
  return [
    { kind: 'aws-account', ours: false, id: account(n), entryRole: ENTRY_ROLE },
    {
      kind: 'aws-role',
      ours: false,
      account: account(n),
      name: ENTRY_ROLE,
      trust: entry,
      attached: ['arn:aws:iam::aws:policy/IAMFullAccess'],
    },
    ...APPS.map((name, i): EstateInput => ({
      kind: 'aws-role',
      ours: false,
      account: account(n),
      name: `app-${name}`,
      trust: trusting({ Service: SERVICES[i] ?? '' }),
      attached: [`arn:aws:iam::${account(n)}:policy/app-${name}`],
    })),
    ...APPS.map((name): EstateInput => ({
      kind: 'aws-policy',
      ours: false,
      account: account(n),
      name: `app-${name}`,
      versions: [allowing('s3:GetObject', 'sqs:SendMessage')],
    })),
  ];
}

function member(n: number): EstateInput[] {
  const controller = `ciem-controller-${TENANT}`;
  const role: EstateInput = {
    kind: 'aws-role',
    ours: true,
    account: account(n),
    name: 'mciem-collection-role',
    trust: trusting({ AWS: `arn:aws:iam::${account(0)}:role/${OIDC_ROLE}` }),
    attached: ['arn:aws:iam::aws:policy/SecurityAudit', ...(hasController(n) ? [`arn:aws:iam::${account(n)}:policy/${controller}`] : [])],
    inline: { 'mciem-s3': allowing('s3:GetBucketLocation') },
  };
  const policy: EstateInput = {
    kind: 'aws-policy',
    ours: true,
    account: account(n),
    name: controller,
    versions: [allowing('iam:AttachRolePolicy', 'iam:PutRolePolicy')],
  };
  return hasController(n) ? [role, policy] : [role];
}

/** An auditor's role, a federation of another tenant's. */
function decoys(n: number): EstateInput[] {
  const provider = `arn:aws:iam::${account(n)}:oidc-provider/${OTHER_URL}`;
  const condition = { Condition: { StringEquals: { [`${OTHER_URL}:aud`]: 'api://partner-portal' } } };
  return [
    {
      kind: 'aws-role',
      ours: false,
      account: account(n),
      name: 'entitlement-collection-role',
      trust: trusting({ AWS: `arn:aws:iam::${account(0)}:role/app-deploy` }),
      attached: ['arn:aws:iam::aws:policy/SecurityAudit'],
    },
    { kind: 'aws-oidc-provider', ours: false, account: account(n), url: OTHER_URL },
    { kind: 'aws-oidc-client-id', ours: false, account: account(n), url: OTHER_URL, clientId: 'api://partner-portal' },
    {
      kind: 'aws-role',
      ours: false,
      account: account(n),
      name: 'partner-oidc-role',
      trust: trusting({ Federated: provider }, 'sts:AssumeRoleWithWebIdentity', condition),
    },
  ];
}

function oidc(): EstateInput[] {
  const provider = `arn:aws:iam::${account(0)}:oidc-provider/${URL}`;
  const condition = { Condition: { StringEquals: { [`${URL}:aud`]: AWS_AUDIENCE } } };
  return [
    { kind: 'aws-oidc-provider', ours: true, account: account(0), url: URL },
    { kind: 'aws-oidc-client-id', ours: true, account: account(0), url: URL, clientId: AWS_AUDIENCE },
    {
      kind: 'aws-role',
      ours: true,
      account: account(0),
      name: OIDC_ROLE,
      trust: trusting({ Federated: provider }, 'sts:AssumeRoleWithWebIdentity', condition),
    },
  ];
}
