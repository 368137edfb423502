import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import { ACCOUNTS, iamOf } from './aws-accounts.ts';
import { POLICIES, PROVIDERS, ROLES, type PolicySeed, type ProviderSeed, type RoleSeed } from './aws-seeds.ts';

const THUMBPRINT = '626d44e704d1ceabe3bf0d53397464ac8080142c';

/** Makes everything of the seeds in the accounts, through moto's own API. */
export async function seed(endpoint: string): Promise<void> {
  for (const account of ACCOUNTS) {
    const iam = await iamOf(endpoint, account);
    const here = <T extends { account: string }>(seeds: T[]): T[] => seeds.filter((s) => s.account === account);
    for (const provider of here(PROVIDERS)) await makeProvider(iam, provider);
    for (const policy of here(POLICIES)) await makePolicy(iam, policy);
    for (const role of here(ROLES)) await makeRole(iam, role);
    iam.destroy();
  }
}

/** Keys, as `inventory()` names them, of everything that must be gone after an offboarding; nothing else may be. */
export function expectedToGo(): string[] {
  return [
    ...ROLES.filter((r) => r.ours).map((r) => `${r.account} role ${r.name}`),
    ...POLICIES.filter((p) => p.ours).map((p) => `${p.account} policy ${p.name}`),
    ...PROVIDERS.filter((p) => p.ours).map((p) => `${p.account} provider ${new URL(p.url).host}${new URL(p.url).pathname}`),
  ].toSorted();
}

async function makeProvider(iam: IAMClient, { url, clientIds }: ProviderSeed): Promise<void> {
  await iam.send(new CreateOpenIDConnectProviderCommand({ Url: url, ClientIDList: clientIds, ThumbprintList: [THUMBPRINT] }));
}

async function makePolicy(iam: IAMClient, { account, name, versions }: PolicySeed): Promise<void> {
  const [first, ...later] = versions.map((v) => JSON.stringify(v));
  await iam.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument: first }));
  const PolicyArn = `arn:aws:iam::${account}:policy/${name}`;
  for (const PolicyDocument of later) await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }));
}

async function makeRole(iam: IAMClient, role: RoleSeed): Promise<void> {
  const RoleName = role.name;
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(role.trust), Path: role.path ?? '/' }));
  for (const policy of role.attached ?? []) {
    const PolicyArn = policy.startsWith('arn:') ? policy : `arn:aws:iam::${role.account}:policy/${policy}`;
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  }
  for (const [PolicyName, document] of Object.entries(role.inline ?? {})) {
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(document) }));
  }
  if (role.instanceProfile === undefined) return;
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: role.instanceProfile }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: role.instanceProfile, RoleName }));
}
