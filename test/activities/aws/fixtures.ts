import type { Json, Match } from '../../../model/finding.ts';
import type { PlanItem } from '../../../model/plan.ts';
import type { AccountPolicy, AwsSnapshot, PolicyState, ProviderState, RoleState } from '../../../activities/aws/snapshot.ts';
import { FACTS, planned, TENANT } from '../planned.ts';

export const ACCOUNT = '111122223333';
export const OIDC_ACCOUNT = '444455556666';
export const OTHER_TENANT = '3c9e7a50-12bd-4f68-a1c7-5e6d7f809a1b';
export const AUDIENCE = 'api://mciem-aws-oidc-app';
export const ISSUER = `sts.windows.net/${TENANT}/`;
export const PROVIDER = providerArn(TENANT);
export const OIDC_ROLE = `arn:aws:iam::${OIDC_ACCOUNT}:role/contoso-oidc`;
/** What other systems told: one OIDC role, by ARN and by unique id. */
export const KNOWN = { ...FACTS, awsOidcRoles: [{ mark: 'AROAOIDCROLE' }, { mark: OIDC_ROLE }] };

export function providerArn(tenant: string, account = ACCOUNT): string {
  return `arn:aws:iam::${account}:oidc-provider/sts.windows.net/${tenant}/`;
}

export function policyArn(name: string): string {
  return `arn:aws:iam::${ACCOUNT}:policy/${name}`;
}

export function document(...statements: { [key: string]: Json }[]): Json {
  return { Version: '2012-10-17', Statement: statements };
}

/** A statement of an OIDC role's trust, as Microsoft's template writes it. */
export function webIdentity(audience: Json = AUDIENCE, tenant = TENANT): { [key: string]: Json } {
  return {
    Effect: 'Allow',
    Principal: { Federated: providerArn(tenant) },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`sts.windows.net/${tenant}/:aud`]: audience } },
  };
}

export function assumedBy(...principals: string[]): { [key: string]: Json } {
  return {
    Effect: 'Allow',
    Principal: { AWS: principals.length === 1 ? (principals[0] as string) : principals },
    Action: 'sts:AssumeRole',
  };
}

export function allowing(...actions: string[]): Json {
  return document({ Effect: 'Allow', Action: actions, Resource: '*' });
}

export function role(name: string, trust: Json, more: Partial<RoleState> = {}): RoleState {
  const Path = more.Path ?? '/';
  return {
    RoleName: name,
    RoleId: `AROA${name.toUpperCase()}`,
    Arn: `arn:aws:iam::${ACCOUNT}:role${Path}${name}`,
    Path,
    Description: '',
    MaxSessionDuration: 3600,
    AssumeRolePolicyDocument: trust,
    PermissionsBoundary: null,
    Tags: {},
    AttachedPolicies: [],
    InlinePolicies: {},
    InstanceProfiles: [],
    ...more,
  };
}

export function policy(name: string, more: Partial<PolicyState> = {}, counts = { attachmentCount: 1, boundaryCount: 0 }): AccountPolicy {
  const state = {
    PolicyName: name,
    PolicyId: `ANPA${name.toUpperCase()}`,
    Arn: policyArn(name),
    Path: '/',
    Description: '',
    DefaultVersionId: 'v1',
    Versions: [{ VersionId: 'v1', Document: allowing('s3:GetObject') }],
    Tags: {},
    ...more,
  };
  return { state, ...counts };
}

export function provider(clientIds: string[], tenant = TENANT): ProviderState {
  return { Arn: providerArn(tenant), Url: `sts.windows.net/${tenant}/`, ClientIds: clientIds, Thumbprints: [], Tags: {} };
}

export function snapshot(parts: Partial<AwsSnapshot>): AwsSnapshot {
  return {
    account: ACCOUNT,
    roles: [],
    userIds: [],
    policies: [],
    policyCount: parts.policies?.length ?? 0,
    providers: [],
    beside: {},
    stacks: [],
    ourselves: [],
    usedRecently: {},
    ...parts,
  };
}

/** The item of a match that found exactly one thing. */
export function onlyItem({ findings }: Match): PlanItem {
  const [finding, ...more] = findings;
  if (!finding || more.length > 0) throw new Error(`one finding was expected, not ${findings.length}`);
  return planned(finding);
}
