import {
  GetOpenIDConnectProviderCommand,
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  ListOpenIDConnectProvidersCommand,
  ListPolicyVersionsCommand,
  paginateListAttachedRolePolicies,
  paginateListInstanceProfiles,
  paginateListPolicies,
  paginateListRolePolicies,
  paginateListRoles,
  type IAMClient,
  type Role,
} from '@aws-sdk/client-iam';
import { ACCOUNTS, iamOf } from './aws-accounts.ts';

/** Everything in the accounts, by `<account> <type> <name>`, each with all that IAM tells of it. */
export type Inventory = Map<string, unknown>;

/** Asks moto directly, call by call, so that neither the product's readers nor their mistakes are in the answer. */
export async function inventory(endpoint: string): Promise<Inventory> {
  const all: Inventory = new Map();
  for (const account of ACCOUNTS) {
    const iam = await iamOf(endpoint, account);
    for (const [name, state] of [...(await roles(iam)), ...(await policies(iam)), ...(await providers(iam)), ...(await profiles(iam))]) {
      all.set(`${account} ${name}`, state);
    }
    iam.destroy();
  }
  return all;
}

async function roles(client: IAMClient): Promise<[string, unknown][]> {
  const found: [string, unknown][] = [];
  for await (const page of paginateListRoles({ client }, {})) {
    for (const role of page.Roles ?? []) found.push([`role ${role.RoleName}`, await roleState(client, role)]);
  }
  return found;
}

async function roleState(client: IAMClient, role: Role): Promise<unknown> {
  const { RoleName, RoleId, Path, AssumeRolePolicyDocument, MaxSessionDuration } = role;
  const attached: string[] = [];
  for await (const page of paginateListAttachedRolePolicies({ client }, { RoleName })) {
    attached.push(...(page.AttachedPolicies ?? []).map((p) => p.PolicyArn ?? ''));
  }
  const inline: Record<string, string | undefined> = {};
  for await (const page of paginateListRolePolicies({ client }, { RoleName })) {
    for (const PolicyName of page.PolicyNames ?? []) {
      inline[PolicyName] = (await client.send(new GetRolePolicyCommand({ RoleName, PolicyName }))).PolicyDocument;
    }
  }
  return { RoleId, Path, AssumeRolePolicyDocument, MaxSessionDuration, attached: attached.toSorted(), inline };
}

async function policies(client: IAMClient): Promise<[string, unknown][]> {
  const found: [string, unknown][] = [];
  for await (const page of paginateListPolicies({ client }, { Scope: 'Local' })) {
    for (const { PolicyName, PolicyId, Arn: PolicyArn, DefaultVersionId } of page.Policies ?? []) {
      const { Versions = [] } = await client.send(new ListPolicyVersionsCommand({ PolicyArn }));
      const documents = [];
      for (const { VersionId } of Versions) {
        documents.push((await client.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }))).PolicyVersion?.Document);
      }
      found.push([`policy ${PolicyName}`, { PolicyId, DefaultVersionId, documents }]);
    }
  }
  return found;
}

async function providers(client: IAMClient): Promise<[string, unknown][]> {
  const { OpenIDConnectProviderList = [] } = await client.send(new ListOpenIDConnectProvidersCommand({}));
  const found: [string, unknown][] = [];
  for (const { Arn = '' } of OpenIDConnectProviderList) {
    const { ClientIDList, ThumbprintList } = await client.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: Arn }));
    found.push([`provider ${Arn.replace(/^.*:oidc-provider\//, '')}`, { ClientIDList, ThumbprintList }]);
  }
  return found;
}

async function profiles(client: IAMClient): Promise<[string, unknown][]> {
  const found: [string, unknown][] = [];
  for await (const page of paginateListInstanceProfiles({ client }, {})) {
    for (const { InstanceProfileName, InstanceProfileId, Roles = [] } of page.InstanceProfiles ?? []) {
      found.push([`profile ${InstanceProfileName}`, { InstanceProfileId, roles: Roles.map((r) => r.RoleName) }]);
    }
  }
  return found;
}
