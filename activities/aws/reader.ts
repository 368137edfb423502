import type { ManagedPolicyDetail, RoleDetail, UserDetail } from '@aws-sdk/client-iam';
import type { Json } from '../../model/finding.ts';
import type { Own } from '../kind.ts';
import type { AccountPolicies, ResourceKind } from './kind.ts';
import type { AwsAccountApi } from './wire/account.ts';
import { isRoleArn, isUniqueId, issuerOfProvider, useInWords } from './footprint/ids.ts';
import { isLookAlike } from './footprint/lookalike.ts';
import { ownRoles } from './footprint/ourselves.ts';
import { footprint as roleFootprint, withRole } from './kinds/role/footprint.ts';
import { readRole } from './kinds/role/read.ts';
import { footprint as policyFootprint } from './kinds/policy/footprint.ts';
import { foundOf } from '../settle.ts';
import { readStacks } from './kinds/stack/read.ts';
import {
  need,
  policyDocument,
  policyState,
  roleState,
  type AccountPolicy,
  type AwsSnapshot,
  type PolicyState,
  type ProviderState,
  type RoleState,
  type Tags,
} from './snapshot.ts';
import { trustStatements } from './footprint/trust.ts';

/** Issuers of Entra tenants, public and sovereign. */
const ENTRA_ISSUER = /^sts\.(?:windows\.net|chinacloudapi\.cn)\//i;

/**
 * One account in two paged listings, the providers of Entra issuers, and the tags of the customer policies that can concern us: those
 * attached to a role that trusts another role or an Entra issuer, and those named like onboarding's. Any failure throws. A use within
 * `usedWithin` ms before `now` is recent; `settle` is the manifest's. Without `withProviders` none of these are asked for.
 */
export async function readAccount(
  api: AwsAccountApi,
  guard: { usedWithin: number; now: Date; settle: number },
  kinds: readonly Pick<ResourceKind, 'name' | 'survey'>[] = [],
  own: readonly Own[] = [],
  withProviders = true,
): Promise<AwsSnapshot> {
  const details = await api.authorizationDetails();
  const there = await readRoles(api, details.roles, guard.settle);
  // Which policies and secrets can concern us hangs on the roles: ours count as long as this run alone took them away.
  const roles = rolesPutBack(there, own);
  const concerning = roles.filter(mayConcernUs);
  const watched = new Set(concerning.flatMap((r) => [...r.AttachedPolicies, r.PermissionsBoundary ?? '']));
  const looked = details.policies.filter((p) => watched.has(p.Arn ?? '') || isLookAlike(p.PolicyName ?? ''));
  const policies = await foundOf(guard.settle, looked, async ({ Arn, PolicyVersionList = [] }): Promise<AccountPolicy | undefined> => {
    const policy = await api.policy(need(Arn, 'Arn'));
    return (
      policy && {
        state: policyState(policy, PolicyVersionList),
        attachmentCount: (policy.AttachmentCount ?? 0) + attachedTo(roles, Arn) - attachedTo(there, Arn),
        boundaryCount: policy.PermissionsBoundaryUsageCount ?? 0,
      }
    );
  });
  // IAM's own report may be hours late.
  const recently = (at: Date | undefined, region?: string) =>
    at && guard.now.getTime() - at.getTime() <= guard.usedWithin ? useInWords(at, region) : undefined;
  const uses = details.roles.map((r) => [r.Arn ?? '', recently(r.RoleLastUsed?.LastUsedDate, r.RoleLastUsed?.Region)] as const);
  const providers = withProviders ? await readProviders(api, guard.settle) : [];
  const documents = [...documentsOf(roles, details.policies), ...documentsPutBack(details.policies, own)];
  const surveys: { kind: string; read: Json; tags: Tags[] }[] = [];
  for (const { name, survey } of kinds) {
    const said: AccountPolicies = { roles: concerning, documents, recently };
    if (survey) surveys.push({ kind: name, ...(await survey(api, said)) });
  }
  const tagged = [...concerning, ...policies.map((p) => p.state), ...providers].map((thing) => thing.Tags);
  return {
    account: api.account,
    roles,
    userIds: idsOf(details.users),
    policies,
    policyCount: details.policies.length,
    providers,
    beside: Object.fromEntries(surveys.map((s) => [s.kind, s.read])),
    stacks: await readStacks(api, [...tagged, ...surveys.flatMap((s) => s.tags)]),
    ourselves: ownRoles(api.account, roles, [await api.caller(), await api.worker()]),
    usedRecently: Object.fromEntries(uses.filter((u): u is [string, string] => u[1] !== undefined)),
  };
}

/** An account's roles alone, and its users' ids, in one listing: who in it trusts what lies elsewhere. */
export async function readTrusts(api: AwsAccountApi, own: readonly Own[] = []): Promise<AwsSnapshot> {
  const { roles, users } = await api.authorizationDetails(['Role', 'User']);
  const { account } = api;
  const nothing = { policies: [], policyCount: 0, providers: [], beside: {}, stacks: [], ourselves: [], usedRecently: {} };
  return {
    account,
    userIds: idsOf(users),
    roles: rolesPutBack(
      roles.map((r) => roleOf(r, {})),
      own,
    ),
    ...nothing,
  };
}

function idsOf(users: readonly UserDetail[]): string[] {
  return users.map((u) => need(u.UserId, 'UserId')).toSorted();
}

function rolesPutBack(there: RoleState[], own: readonly Own[]): RoleState[] {
  return own.filter(({ item }) => item.kind === roleFootprint.name).reduce(withRole, there);
}

function documentsPutBack(there: readonly ManagedPolicyDetail[], own: readonly Own[]): AccountPolicies['documents'] {
  const gone = own
    .filter(({ item, byUs }) => item.kind === policyFootprint.name && byUs(undefined))
    .map(({ item }) => item.snapshot as PolicyState);
  return gone.flatMap(({ Arn, DefaultVersionId, Versions }) => {
    const inForce = Versions.find((v) => v.VersionId === DefaultVersionId);
    return inForce && !there.some((p) => p.Arn === Arn) ? [{ of: 'policy' as const, holder: Arn, document: inForce.Document }] : [];
  });
}

function attachedTo(roles: readonly RoleState[], policy: string | undefined): number {
  return roles.filter((r) => policy !== undefined && r.AttachedPolicies.includes(policy)).length;
}

/** Every document in force: the inline ones of roles, and the default version of each customer policy. */
function documentsOf(roles: readonly RoleState[], policies: readonly ManagedPolicyDetail[]): AccountPolicies['documents'] {
  const inline = roles.flatMap((r) =>
    Object.values(r.InlinePolicies).map((document) => ({ of: 'role' as const, holder: r.RoleName, document })),
  );
  const customer = policies.flatMap(({ Arn, DefaultVersionId, PolicyVersionList = [] }) => {
    const text = PolicyVersionList.find((v) => v.VersionId === DefaultVersionId)?.Document;
    return Arn === undefined || text === undefined ? [] : [{ of: 'policy' as const, holder: Arn, document: policyDocument(text) }];
  });
  return [...inline, ...customer];
}

/** The details of roles lack description and session length, the plain listing has them. What only one listing shows is read by itself. */
async function readRoles(api: AwsAccountApi, details: RoleDetail[], settle: number): Promise<RoleState[]> {
  const listed = new Map((await api.roles()).map((r) => [r.RoleName ?? '', r]));
  const roles: RoleState[] = [];
  const alone = new Set(listed.keys());
  for (const detail of details) {
    const name = need(detail.RoleName, 'RoleName');
    const more = listed.get(name);
    if (!more) {
      alone.add(name);
      continue;
    }
    alone.delete(name);
    roles.push(roleOf(detail, more));
  }
  roles.push(...(await foundOf(settle, [...alone], (name) => readRole(api, name))));
  return roles.toSorted((a, b) => (a.Arn < b.Arn ? -1 : 1));
}

function roleOf(detail: RoleDetail, more: { Description?: string | undefined; MaxSessionDuration?: number | undefined }): RoleState {
  return roleState(detail, more, {
    attached: (detail.AttachedManagedPolicies ?? []).map((p) => need(p.PolicyArn, 'PolicyArn')),
    inline: (detail.RolePolicyList ?? []).map((p) => [need(p.PolicyName, 'PolicyName'), need(p.PolicyDocument, 'PolicyDocument')]),
    instanceProfiles: (detail.InstanceProfileList ?? []).map((p) => need(p.InstanceProfileName, 'InstanceProfileName')),
  });
}

async function readProviders(api: AwsAccountApi, settle: number): Promise<ProviderState[]> {
  return await foundOf(settle, (await api.providerArns()).filter(isEntraProvider).toSorted(), (arn) => api.provider(arn));
}

/** Wider than any rule of the kinds: a role that trusts a role, something that was deleted, or an Entra issuer. */
function mayConcernUs(role: RoleState): boolean {
  const trusted = trustStatements(role.AssumeRolePolicyDocument).flatMap((s) => s.principals.map((p) => p.value));
  return trusted.some((value) => isRoleArn(value) || isUniqueId(value) || isEntraProvider(value));
}

function isEntraProvider(arn: string): boolean {
  return ENTRA_ISSUER.test(issuerOfProvider(arn) ?? '');
}
