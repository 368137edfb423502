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
import type { Json } from '../../../model/finding.ts';
import { NotYetError, RefusedError } from '../../answer.ts';
import type { PolicyState, ProviderState, RoleState } from '../snapshot.ts';
import { isGone, isNamed } from './classify.ts';
import { policyCreation, providerCreation, roleCreation } from './creations.ts';

/**
 * Where AWS is asked to bring things back. Something missing that a call needs, a name that is taken and a principal IAM does not know are
 * refusals of our own; every other error of the SDK comes through.
 */
export function restoringCalls(iam: IAMClient) {
  return {
    /** The role alone: what hangs on it comes by the calls after this one. */
    createRole: (role: RoleState) => inWords(`role ${role.RoleName}`, () => iam.send(new CreateRoleCommand(roleCreation(role)))),
    attachPolicy: (RoleName: string, PolicyArn: string) =>
      inWords(`policy ${PolicyArn}`, () => iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }))),
    putInlinePolicy: (RoleName: string, PolicyName: string, document: Json) =>
      inWords(`role ${RoleName}`, () =>
        iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(document) })),
      ),
    addToInstanceProfile: (InstanceProfileName: string, RoleName: string) =>
      inWords(`instance profile ${InstanceProfileName}`, () =>
        iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName })),
      ),
    updateTrust: (RoleName: string, document: Json) =>
      inWords(`role ${RoleName}`, () =>
        iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: JSON.stringify(document) })),
      ),
    /** With one version, which is the default. */
    createPolicy: (policy: PolicyState, document: Json) =>
      inWords(`policy ${policy.PolicyName}`, () => iam.send(new CreatePolicyCommand(policyCreation(policy, document)))),
    createPolicyVersion(PolicyArn: string, document: Json, SetAsDefault: boolean) {
      const command = new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: JSON.stringify(document), SetAsDefault });
      return inWords(`policy ${PolicyArn}`, () => iam.send(command));
    },
    setDefaultPolicyVersion: (PolicyArn: string, VersionId: string) =>
      inWords(`policy ${PolicyArn}`, () => iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId }))),
    createProvider: (provider: Omit<ProviderState, 'Arn'>) =>
      inWords(`OIDC provider ${provider.Url}`, () => iam.send(new CreateOpenIDConnectProviderCommand(providerCreation(provider)))),
    addClientId(OpenIDConnectProviderArn: string, ClientID: string) {
      const command = new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID });
      return inWords(`OIDC provider ${OpenIDConnectProviderArn}`, () => iam.send(command));
    },
  };
}

/** When something is brought back, `NoSuchEntity` is no success: a part that it needs is missing. */
async function inWords(what: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
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
