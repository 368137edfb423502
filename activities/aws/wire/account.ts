import {
  type EntityType,
  DeleteOpenIDConnectProviderCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListOpenIDConnectProvidersCommand,
  paginateGetAccountAuthorizationDetails,
  paginateListAttachedRolePolicies,
  paginateListEntitiesForPolicy,
  paginateListInstanceProfilesForRole,
  paginateListPolicyVersions,
  paginateListRolePolicies,
  paginateListRoles,
  paginateSimulatePrincipalPolicy,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  RemoveRoleFromInstanceProfileCommand,
  type IAMClient,
  type PolicyVersion,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { doneOrGone } from '../../answer.ts';
import { isGone, orGone } from './classify.ts';
import { everyPage } from './every-page.ts';
import type { secretCalls } from './secrets.ts';
import type { stackCalls } from './stack-calls.ts';
import { restoringCalls } from './account-restoring.ts';
import type { Caller } from '../footprint/ourselves.ts';
import { need, tags, type ProviderState, type RoleParts } from '../snapshot.ts';

/** Largest page IAM gives; it may give fewer. */
const PAGE = 1000;

export type AwsAccountApi = ReturnType<typeof accountApi>;

/** What lies outside of IAM, in whatever region. */
type Elsewhere = ReturnType<typeof stackCalls> & ReturnType<typeof secretCalls>;

/** Who signs in to an account: `caller` is whom the session there is, which never changes for a session, `worker` whom the worker itself is; `sts` asks in that session. */
export interface SignedIn {
  caller: () => Promise<Caller>;
  worker: () => Promise<Caller>;
  sts: () => STSClient;
}

/**
 * One account, as far as we need it. Listings are whole: every page or an error. What reads one thing answers
 * undefined when IAM says NoSuchEntity; what deletes takes NoSuchEntity for done. Every other error of the SDK comes through.
 */
export function accountApi(account: string, iam: IAMClient, { caller, worker, sts }: SignedIn, elsewhere: Elsewhere) {
  const paging = { client: iam, pageSize: PAGE };
  return {
    account,
    ...restoringCalls(iam),
    ...elsewhere,
    caller,
    worker,
    /** As `caller`, by a call of its own (STS GetCallerIdentity). */
    callerNow: () => callerOf(sts()),

    /** Roles, users and customer policies with all that hangs on them, or some of these; carries neither a role's description nor a policy's tags. */
    async authorizationDetails(filter: EntityType[] = ['Role', 'User', 'LocalManagedPolicy']) {
      const pages = await everyPage('GetAccountAuthorizationDetails', paginateGetAccountAuthorizationDetails(paging, { Filter: filter }));
      return {
        roles: pages.flatMap((p) => p.RoleDetailList ?? []),
        users: pages.flatMap((p) => p.UserDetailList ?? []),
        policies: pages.flatMap((p) => p.Policies ?? []),
      };
    },
    async roles() {
      const pages = await everyPage('ListRoles', paginateListRoles(paging, {}));
      return pages.flatMap((p) => need(p.Roles, 'Roles'));
    },
    role: async (RoleName: string) => (await orGone(() => iam.send(new GetRoleCommand({ RoleName }))))?.Role,
    /** What hangs on a role: ARNs of managed policies, names and documents of its own, names of instance profiles. */
    roleParts: (RoleName: string): Promise<RoleParts | undefined> =>
      orGone(async () => {
        const attached = await everyPage('ListAttachedRolePolicies', paginateListAttachedRolePolicies(paging, { RoleName }));
        const named = await everyPage('ListRolePolicies', paginateListRolePolicies(paging, { RoleName }));
        const inline: RoleParts['inline'] = [];
        for (const PolicyName of named.flatMap((p) => need(p.PolicyNames, 'PolicyNames'))) {
          const answer = await orGone(() => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })));
          if (answer) inline.push([PolicyName, need(answer.PolicyDocument, 'PolicyDocument')]);
        }
        const profiles = await everyPage('ListInstanceProfilesForRole', paginateListInstanceProfilesForRole(paging, { RoleName }));
        return {
          attached: attached.flatMap((p) => p.AttachedPolicies ?? []).map((p) => need(p.PolicyArn, 'PolicyArn')),
          inline,
          instanceProfiles: profiles
            .flatMap((p) => need(p.InstanceProfiles, 'InstanceProfiles'))
            .map((p) => need(p.InstanceProfileName, 'InstanceProfileName')),
        };
      }),
    policy: async (PolicyArn: string) => (await orGone(() => iam.send(new GetPolicyCommand({ PolicyArn }))))?.Policy,
    policyVersions: (PolicyArn: string): Promise<PolicyVersion[] | undefined> =>
      orGone(async () => {
        const pages = await everyPage('ListPolicyVersions', paginateListPolicyVersions(paging, { PolicyArn }));
        const found: PolicyVersion[] = [];
        for (const { VersionId } of pages.flatMap((p) => p.Versions ?? [])) {
          const answer = await orGone(() => iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId })));
          if (answer) found.push({ VersionId, Document: answer.PolicyVersion?.Document });
        }
        return found;
      }),
    policyUsers: (PolicyArn: string) =>
      orGone(async () => {
        const pages = await everyPage('ListEntitiesForPolicy', paginateListEntitiesForPolicy(paging, { PolicyArn }));
        return {
          roles: pages.flatMap((p) => p.PolicyRoles ?? []).map((r) => need(r.RoleName, 'RoleName')),
          others: pages.flatMap((p) => [
            ...(p.PolicyUsers ?? []).map((u) => `user ${u.UserName}`),
            ...(p.PolicyGroups ?? []).map((g) => `group ${g.GroupName}`),
          ]),
        };
      }),
    /** What IAM's simulator says of a principal's actions on a resource, by action. Does nothing. */
    async simulate(PolicySourceArn: string, ActionNames: string[], resource: string): Promise<Map<string, boolean>> {
      const asked = { PolicySourceArn, ActionNames, ResourceArns: [resource] };
      const pages = await everyPage('SimulatePrincipalPolicy', paginateSimulatePrincipalPolicy(paging, asked));
      const results = pages.flatMap((p) => p.EvaluationResults ?? []);
      return new Map(results.map((r) => [need(r.EvalActionName, 'EvalActionName'), r.EvalDecision === 'allowed']));
    },
    async providerArns() {
      const answer = await iam.send(new ListOpenIDConnectProvidersCommand({}));
      return (answer.OpenIDConnectProviderList ?? []).map((p) => need(p.Arn, 'Arn'));
    },
    provider: (Arn: string): Promise<ProviderState | undefined> =>
      orGone(async () => {
        const answer = await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: Arn }));
        return {
          Arn,
          Url: need(answer.Url, 'Url'),
          ClientIds: (answer.ClientIDList ?? []).toSorted(),
          Thumbprints: (answer.ThumbprintList ?? []).toSorted(),
          Tags: tags(answer.Tags),
        };
      }),

    removeFromInstanceProfile: (InstanceProfileName: string, RoleName: string) =>
      doneOrGone(isGone, () => iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }))),
    detachPolicy: (RoleName: string, PolicyArn: string) =>
      doneOrGone(isGone, () => iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }))),
    deleteInlinePolicy: (RoleName: string, PolicyName: string) =>
      doneOrGone(isGone, () => iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }))),
    deleteRole: (RoleName: string) => doneOrGone(isGone, () => iam.send(new DeleteRoleCommand({ RoleName }))),
    deletePolicyVersion: (PolicyArn: string, VersionId: string) =>
      doneOrGone(isGone, () => iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }))),
    deletePolicy: (PolicyArn: string) => doneOrGone(isGone, () => iam.send(new DeletePolicyCommand({ PolicyArn }))),
    removeClientId: (OpenIDConnectProviderArn: string, ClientID: string) =>
      doneOrGone(isGone, () => iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID }))),
    deleteProvider: (OpenIDConnectProviderArn: string) =>
      doneOrGone(isGone, () => iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))),
  };
}

export async function callerOf(sts: STSClient): Promise<Caller> {
  const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
  return { account: need(Account, 'Account'), arn: need(Arn, 'Arn') };
}
