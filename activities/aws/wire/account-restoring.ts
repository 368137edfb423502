import {
  AddClientIDToOpenIDConnectProviderCommand,
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
  SetDefaultPolicyVersionCommand,
  UpdateAssumeRolePolicyCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import { messageOf } from '../../../model/errors.ts';
import type { RestoringCalls } from './api.ts';
import { isGone, isNamed } from './classify.ts';
import { NotYetError, RefusedError } from '../../answer.ts';
import type { Tags } from '../snapshot.ts';
import { ownTags } from '../footprint/tags.ts';

/** Where AWS is asked to bring things back. */
export function restoringCalls(iam: IAMClient): RestoringCalls {
  return {
    async createRole(role) {
      const command = new CreateRoleCommand({
        RoleName: role.RoleName,
        Path: role.Path,
        AssumeRolePolicyDocument: JSON.stringify(role.AssumeRolePolicyDocument),
        MaxSessionDuration: role.MaxSessionDuration,
        ...(role.Description === '' ? {} : { Description: role.Description }),
        ...(role.PermissionsBoundary === null ? {} : { PermissionsBoundary: role.PermissionsBoundary }),
        ...tagged(role.Tags),
      });
      await inWords(`role ${role.RoleName}`, () => iam.send(command));
    },
    async attachPolicy(RoleName, PolicyArn) {
      await inWords(`policy ${PolicyArn}`, () => iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })));
    },
    async putInlinePolicy(RoleName, PolicyName, document) {
      const command = new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(document) });
      await inWords(`role ${RoleName}`, () => iam.send(command));
    },
    async addToInstanceProfile(InstanceProfileName, RoleName) {
      const command = new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName });
      await inWords(`instance profile ${InstanceProfileName}`, () => iam.send(command));
    },
    async updateTrust(RoleName, document) {
      const command = new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: JSON.stringify(document) });
      await inWords(`role ${RoleName}`, () => iam.send(command));
    },
    async createPolicy(policy, document) {
      const command = new CreatePolicyCommand({
        PolicyName: policy.PolicyName,
        Path: policy.Path,
        PolicyDocument: JSON.stringify(document),
        ...(policy.Description === '' ? {} : { Description: policy.Description }),
        ...tagged(policy.Tags),
      });
      await inWords(`policy ${policy.PolicyName}`, () => iam.send(command));
    },
    async createPolicyVersion(PolicyArn, document, SetAsDefault) {
      const command = new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: JSON.stringify(document), SetAsDefault });
      await inWords(`policy ${PolicyArn}`, () => iam.send(command));
    },
    async setDefaultPolicyVersion(PolicyArn, VersionId) {
      await inWords(`policy ${PolicyArn}`, () => iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId })));
    },
    async createProvider(provider) {
      const command = new CreateOpenIDConnectProviderCommand({
        Url: `https://${provider.Url}`,
        ClientIDList: provider.ClientIds,
        ThumbprintList: provider.Thumbprints,
        ...tagged(provider.Tags),
      });
      await inWords(`OIDC provider ${provider.Url}`, () => iam.send(command));
    },
    async addClientId(OpenIDConnectProviderArn, ClientID) {
      const command = new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID });
      await inWords(`OIDC provider ${OpenIDConnectProviderArn}`, () => iam.send(command));
    },
  };
}

function tagged(tags: Tags): { Tags?: { Key: string; Value: string }[] } {
  const own = Object.entries(ownTags(tags));
  return own.length > 0 ? { Tags: own.map(([Key, Value]) => ({ Key, Value })) } : {};
}

/** When something is brought back, `NoSuchEntity` is no success: a part that it needs is missing. */
async function inWords<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isGone(error)) throw new RefusedError('PartMissing', `${what} is not there; make it again, then restore`);
    if (isNamed(error, 'EntityAlreadyExists'))
      throw new RefusedError('NameTaken', `the name of ${what} is taken; look at who has it, then restore again`);
    // IAM checks principals when a trust policy is written, and takes some seconds to know one that was just made.
    if (isNamed(error, 'MalformedPolicyDocument') && /invalid principal/i.test(messageOf(error)))
      throw new NotYetError('PrincipalUnknown', `IAM does not know yet, or not any more, whom ${what} trusts`);
    throw error;
  }
}
