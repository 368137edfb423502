import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { ManifestSchema } from '../../model/manifest.ts';
import type { EstateObject } from '../../sandbox/objects.ts';

/** A tenant small enough for a run in seconds: two AWS accounts, one subscription, one OIDC application, two collectors. */

/** Another one in each test file: a tenant has one run at a time, and files share a Temporal server. */
export const TENANT = randomUUID();
export const STARTER = 'sam';
export const APPROVER = 'riley';
export const MAILBOX = 'dana@contoso.example';
export const OIDC_ACCOUNT = '111122223333';
export const MEMBER_ACCOUNT = '444455556666';
export const SUBSCRIPTION = '0b5f8c1e-6d2a-4c39-8e47-1f9a0b3c5d70';

export interface TestEstate {
  manifest: z.input<typeof ManifestSchema>;
  objects: (Partial<EstateObject> & { kind: string; ours: boolean })[];
}

const PROVIDER = `sts.windows.net/${TENANT}/`;
const PROVIDER_ARN = `arn:aws:iam::${OIDC_ACCOUNT}:oidc-provider/${PROVIDER}`;
export const OIDC_ROLE_ARN = `arn:aws:iam::${OIDC_ACCOUNT}:role/contoso-oidc`;
export const MEMBER_ROLE_ARN = `arn:aws:iam::${MEMBER_ACCOUNT}:role/contoso-collect`;
const AUDIENCE = 'api://mciem-aws-oidc-app';
const CIEM_APP = 'b46c3ac5-9da6-418f-a849-0a07a10b3c6c';
export const CIEM_PRINCIPAL = '2a6e4c80-0001-4d5f-8b9a-3c4d5e6f7a01';
const WORKER_PRINCIPAL = '2a6e4c80-0002-4d5f-8b9a-3c4d5e6f7a02';
const DANA = '2a6e4c80-0003-4d5f-8b9a-3c4d5e6f7a03';
const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
export const READER_ASSIGNMENT = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments/3b7f5d91-0001-4e6a-9cab-4d5e6f7a8b01`;

/** A fresh copy; `waits` are short where a test would wait for them. */
export function smallEstate(): TestEstate {
  return structuredClone({ manifest: MANIFEST, objects: [...AWS, ...AZURE, ...ENTRA, ...PORTAL] }) as TestEstate;
}

/** Has the manifest name one more AWS account. */
export function addMember(estate: TestEstate, account: string): void {
  const aws = estate.manifest.aws;
  if (aws) aws.members = [...(aws.members === 'all' ? [] : aws.members), account];
}

const MANIFEST = {
  tenant: { id: TENANT },
  successor: { vendor: 'Delinea', since: '2025-06-30', attestedBy: APPROVER },
  aws: { oidcAccount: OIDC_ACCOUNT, members: [MEMBER_ACCOUNT], assumeRole: 'offboarding-entry' },
  azure: { subscriptions: [SUBSCRIPTION] },
  entra: { applications: [AUDIENCE] },
  collectors: [{ id: 'collector-aws', type: 'aws', driver: 'http', recipient: MAILBOX }],
  approvers: [STARTER, APPROVER],
  waits: { settle: '20ms' },
};

const web = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: PROVIDER_ARN },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${PROVIDER}:aud`]: AUDIENCE } },
    },
  ],
};
const assume = (arn: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: arn }, Action: 'sts:AssumeRole' }],
});

const AWS = [
  { kind: 'aws-account', ours: false, id: OIDC_ACCOUNT, entryRole: 'offboarding-entry' },
  { kind: 'aws-account', ours: false, id: MEMBER_ACCOUNT, entryRole: 'offboarding-entry' },
  { kind: 'aws-oidc-provider', ours: true, account: OIDC_ACCOUNT, url: PROVIDER },
  { kind: 'aws-oidc-client-id', ours: true, account: OIDC_ACCOUNT, url: PROVIDER, clientId: AUDIENCE },
  { kind: 'aws-role', ours: true, account: OIDC_ACCOUNT, name: 'contoso-oidc', trust: web },
  {
    kind: 'aws-role',
    ours: true,
    account: MEMBER_ACCOUNT,
    name: 'contoso-collect',
    trust: assume(OIDC_ROLE_ARN),
    attached: ['arn:aws:iam::aws:policy/SecurityAudit'],
    inline: { extra: { Version: '2012-10-17', Statement: [] } },
  },
  {
    kind: 'aws-role',
    ours: false,
    account: MEMBER_ACCOUNT,
    name: 'mciem-collection-role',
    trust: assume('arn:aws:iam::999900001111:root'),
    attached: ['arn:aws:iam::aws:policy/SecurityAudit'],
  },
];

const AZURE = [
  { kind: 'azure-subscription', ours: false, id: SUBSCRIPTION },
  {
    kind: 'azure-role-assignment',
    ours: true,
    name: '3b7f5d91-0001-4e6a-9cab-4d5e6f7a8b01',
    scope: `/subscriptions/${SUBSCRIPTION}`,
    role: READER,
    principalId: CIEM_PRINCIPAL,
  },
  {
    kind: 'azure-role-assignment',
    ours: false,
    name: '3b7f5d91-0002-4e6a-9cab-4d5e6f7a8b02',
    scope: `/subscriptions/${SUBSCRIPTION}`,
    role: READER,
    principalId: DANA,
    principalType: 'User',
  },
];

const ENTRA = [
  {
    kind: 'entra-application',
    ours: true,
    id: '5d9b7fb3-0001-4a8c-8ecd-6f7a8b9cad01',
    appId: '5d9b7fb3-0002-4a8c-8ecd-6f7a8b9cad02',
    displayName: 'contoso connector',
    identifierUris: [AUDIENCE],
  },
  {
    kind: 'entra-service-principal',
    ours: true,
    id: CIEM_PRINCIPAL,
    appId: CIEM_APP,
    displayName: 'Cloud Infrastructure Entitlement Management',
  },
  {
    kind: 'entra-service-principal',
    ours: false,
    id: WORKER_PRINCIPAL,
    appId: '5d9b7fb3-0003-4a8c-8ecd-6f7a8b9cad03',
    displayName: 'offboarding-worker',
  },
  { kind: 'entra-user', ours: false, id: DANA, userPrincipalName: MAILBOX, displayName: 'Dana' },
  {
    kind: 'entra-role-assignment',
    ours: false,
    id: 'assignment-caa',
    roleDefinitionId: '158c047a-c907-4556-b7ef-446551a6b5f7',
    principalId: WORKER_PRINCIPAL,
  },
  {
    kind: 'entra-role-assignment',
    ours: false,
    id: 'assignment-pma',
    roleDefinitionId: 'af78dc32-cf4d-46f9-ba4e-4428526346b5',
    principalId: DANA,
  },
];

const PORTAL = [{ kind: 'portal-collector', ours: true, id: 'collector-aws', type: 'aws', name: 'Contoso AWS', recipient: MAILBOX }];
