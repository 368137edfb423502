import type { ObjectOf } from '../objects.ts';
import { policyArn, providerArn, type IamCall } from './call.ts';
import { clientIds } from './oidc-providers.ts';

export type Stack = ObjectOf<'aws-cloudformation-stack'>;
export type Resource = { Type: string; DeletionPolicy?: string; Properties: { [name: string]: unknown } };
export type Template = { Parameters?: object; Resources: Record<string, Resource> };

/** The stack's own template, or one that makes just what it holds: an estate need not write it down. */
export function templateOf(call: IamCall, stack: Stack): string {
  if (stack.template !== undefined) return stack.template;
  const parameters = Object.keys(stack.parameters).map((name) => [name, { Type: 'String', NoEcho: stack.noEcho.includes(name) }] as const);
  const template: Template = {
    ...(parameters.length > 0 ? { Parameters: Object.fromEntries(parameters) } : {}),
    Resources: Object.fromEntries(
      stack.resources.map((r, i) => [
        `Resource${i + 1}`,
        { Type: r.type, ...(r.retain ? { DeletionPolicy: 'Retain' } : {}), Properties: propertiesOf(call, r.type, r.physicalId) },
      ]),
    ),
  };
  return JSON.stringify(template, undefined, 2);
}

/** Logical ids, in the order of the stack's resources. */
export function logicalIds(stack: Stack): string[] {
  return stack.template === undefined
    ? stack.resources.map((_, i) => `Resource${i + 1}`)
    : Object.keys((JSON.parse(stack.template) as Template).Resources);
}

/** Physical ids of what goes with the stack: all that its template does not retain. */
export function deletedWith(call: IamCall, stack: Stack): string[] {
  const { Resources } = JSON.parse(templateOf(call, stack)) as Template;
  const ids = logicalIds(stack);
  return stack.resources.filter((_, i) => Resources[ids[i] ?? '']?.DeletionPolicy !== 'Retain').map((r) => r.physicalId);
}

function propertiesOf(call: IamCall, type: string, physicalId: string): Resource['Properties'] {
  switch (type) {
    case 'AWS::IAM::Role': {
      const role = call.live('aws-role').find((r) => r.name === physicalId);
      if (!role) return {};
      return {
        RoleName: role.name,
        Path: role.path,
        Description: role.description,
        AssumeRolePolicyDocument: role.trust,
        MaxSessionDuration: role.maxSessionDuration,
        PermissionsBoundary: role.permissionsBoundary,
        ManagedPolicyArns: role.attached,
        Policies: Object.entries(role.inline).map(([PolicyName, PolicyDocument]) => ({ PolicyName, PolicyDocument })),
        Tags: ownTags(role.tags),
      };
    }
    case 'AWS::IAM::ManagedPolicy': {
      const policy = call.live('aws-policy').find((p) => policyArn(p) === physicalId);
      if (!policy) return {};
      const { name, path, description, versions, defaultVersion } = policy;
      const PolicyDocument = versions[(defaultVersion ?? versions.length) - 1];
      return { ManagedPolicyName: name, Path: path, Description: description, PolicyDocument, Tags: ownTags(policy.tags) };
    }
    case 'AWS::IAM::OIDCProvider': {
      const provider = call.live('aws-oidc-provider').find((p) => providerArn(p) === physicalId);
      if (!provider) return {};
      const ClientIdList = clientIds(call, provider).map((c) => c.clientId);
      return { Url: `https://${provider.url}`, ClientIdList, ThumbprintList: provider.thumbprints, Tags: ownTags(provider.tags) };
    }
    case 'AWS::SecretsManager::Secret': {
      const secret = call.live('aws-secret').find((s) => s.id === physicalId);
      return secret ? { Name: secret.name, Description: secret.description, KmsKeyId: secret.kmsKeyId, Tags: ownTags(secret.tags) } : {};
    }
    default:
      return {};
  }
}

function ownTags(tags: Record<string, string>): { Key: string; Value: string }[] {
  return Object.entries(tags).flatMap(([Key, Value]) => (Key.startsWith('aws:') ? [] : [{ Key, Value }]));
}
