import {
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
  RemoveClientIDFromOpenIDConnectProviderCommand,
  RemoveRoleFromInstanceProfileCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import type { AwsAccountApi, SecretCalls, StackCalls } from './api.ts';
import { orGone } from './classify.ts';
import { restoringCalls } from './account-restoring.ts';
import type { Caller } from '../footprint/ourselves.ts';
import { need, tags } from '../snapshot.ts';

/** Largest page IAM gives; it may give fewer. */
const PAGE = 1000;

/** Where AWS is read and things are taken away: an account behind the narrow interface, `base` being the worker's own client. Errors of the SDK come through, `NoSuchEntity` apart. */
export function accountApi(
  account: string,
  iam: IAMClient,
  sts: STSClient,
  base: STSClient,
  elsewhere: StackCalls & SecretCalls,
): AwsAccountApi {
  const paging = { client: iam, pageSize: PAGE };
  return {
    account,
    ...restoringCalls(iam),
    ...elsewhere,
    caller: () => callerOf(sts),
    worker: () => callerOf(base),

    async authorizationDetails() {
      const pages = await Array.fromAsync(paginateGetAccountAuthorizationDetails(paging, { Filter: ['Role', 'LocalManagedPolicy'] }));
      return { roles: pages.flatMap((p) => p.RoleDetailList ?? []), policies: pages.flatMap((p) => p.Policies ?? []) };
    },
    async roles() {
      const pages = await Array.fromAsync(paginateListRoles(paging, {}));
      return pages.flatMap((p) => p.Roles ?? []);
    },
    async role(RoleName) {
      return (await orGone(() => iam.send(new GetRoleCommand({ RoleName }))))?.Role;
    },
    async roleParts(RoleName) {
      return orGone(async () => {
        const attached = await Array.fromAsync(paginateListAttachedRolePolicies(paging, { RoleName }));
        const named = await Array.fromAsync(paginateListRolePolicies(paging, { RoleName }));
        const inline: [string, string][] = [];
        for (const PolicyName of named.flatMap((p) => p.PolicyNames ?? [])) {
          const answer = await orGone(() => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })));
          if (answer) inline.push([PolicyName, need(answer.PolicyDocument, 'PolicyDocument')]);
        }
        const profiles = await Array.fromAsync(paginateListInstanceProfilesForRole(paging, { RoleName }));
        return {
          attached: attached.flatMap((p) => p.AttachedPolicies ?? []).map((p) => need(p.PolicyArn, 'PolicyArn')),
          inline,
          instanceProfiles: profiles
            .flatMap((p) => p.InstanceProfiles ?? [])
            .map((p) => need(p.InstanceProfileName, 'InstanceProfileName')),
        };
      });
    },
    async policy(PolicyArn) {
      return (await orGone(() => iam.send(new GetPolicyCommand({ PolicyArn }))))?.Policy;
    },
    async policyVersions(PolicyArn) {
      return orGone(async () => {
        const pages = await Array.fromAsync(paginateListPolicyVersions(paging, { PolicyArn }));
        const found = [];
        for (const { VersionId } of pages.flatMap((p) => p.Versions ?? [])) {
          const answer = await orGone(() => iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId })));
          if (answer) found.push({ VersionId, Document: answer.PolicyVersion?.Document });
        }
        return found;
      });
    },
    async policyUsers(PolicyArn) {
      const pages = await orGone(() => Array.fromAsync(paginateListEntitiesForPolicy(paging, { PolicyArn })));
      return (
        pages && {
          roles: pages.flatMap((p) => p.PolicyRoles ?? []).map((r) => need(r.RoleName, 'RoleName')),
          others: pages.flatMap((p) => [
            ...(p.PolicyUsers ?? []).map((u) => `user ${u.UserName}`),
            ...(p.PolicyGroups ?? []).map((g) => `group ${g.GroupName}`),
          ]),
        }
      );
    },
    async providerArns() {
      const answer = await iam.send(new ListOpenIDConnectProvidersCommand({}));
      return (answer.OpenIDConnectProviderList ?? []).map((p) => need(p.Arn, 'Arn'));
    },
    async provider(arn) {
      const answer = await orGone(() => iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn })));
      return (
        answer && {
          Arn: arn,
          Url: need(answer.Url, 'Url'),
          ClientIds: (answer.ClientIDList ?? []).toSorted(),
          Thumbprints: (answer.ThumbprintList ?? []).toSorted(),
          Tags: tags(answer.Tags),
        }
      );
    },

    async removeFromInstanceProfile(InstanceProfileName, RoleName) {
      await orGone(() => iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName })));
    },
    async detachPolicy(RoleName, PolicyArn) {
      await orGone(() => iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })));
    },
    async deleteInlinePolicy(RoleName, PolicyName) {
      await orGone(() => iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })));
    },
    async deleteRole(RoleName) {
      await orGone(() => iam.send(new DeleteRoleCommand({ RoleName })));
    },
    async deletePolicyVersion(PolicyArn, VersionId) {
      await orGone(() => iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId })));
    },
    async deletePolicy(PolicyArn) {
      await orGone(() => iam.send(new DeletePolicyCommand({ PolicyArn })));
    },
    async removeClientId(OpenIDConnectProviderArn, ClientID) {
      await orGone(() => iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID })));
    },
    async deleteProvider(OpenIDConnectProviderArn) {
      await orGone(() => iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn })));
    },
  };
}

async function callerOf(sts: STSClient): Promise<Caller> {
  const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
  return { account: need(Account, 'Account'), arn: need(Arn, 'Arn') };
}
