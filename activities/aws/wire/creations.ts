import type { Capability, CreateStackInput } from '@aws-sdk/client-cloudformation';
import type { CreateOpenIDConnectProviderRequest, CreatePolicyRequest, CreateRoleRequest } from '@aws-sdk/client-iam';
import type { Json } from '../../../model/finding.ts';
import { ownTags } from '../footprint/tags.ts';
import type { PolicyState, ProviderState, RoleState, StackDefinition, Tags } from '../snapshot.ts';

/** The calls that make a thing again of its kept definition, for whoever sends them or prints them. Pure. Tags that AWS keeps for itself are left out. */

/** The role alone: what hangs on it comes by calls of its own. */
export function roleCreation(role: RoleState): CreateRoleRequest {
  return {
    RoleName: role.RoleName,
    Path: role.Path,
    AssumeRolePolicyDocument: JSON.stringify(role.AssumeRolePolicyDocument),
    ...(role.Description === '' ? {} : { Description: role.Description }),
    MaxSessionDuration: role.MaxSessionDuration,
    ...(role.PermissionsBoundary === null ? {} : { PermissionsBoundary: role.PermissionsBoundary }),
    ...tagged(role.Tags),
  };
}

/** With one version, which is the default. */
export function policyCreation({ PolicyName, Path, Description, Tags }: PolicyState, document: Json): CreatePolicyRequest {
  return {
    PolicyName,
    Path,
    PolicyDocument: JSON.stringify(document),
    ...(Description === '' ? {} : { Description }),
    ...tagged(Tags),
  };
}

export function providerCreation(provider: Omit<ProviderState, 'Arn'>): CreateOpenIDConnectProviderRequest {
  const { Url, ClientIds, Thumbprints, Tags } = provider;
  return { Url: `https://${Url}`, ClientIDList: ClientIds, ThumbprintList: Thumbprints, ...tagged(Tags) };
}

/** A creation that fails leaves nothing behind, so that it can be tried again. */
export function stackCreation(StackName: string, d: StackDefinition): CreateStackInput {
  return {
    StackName,
    TemplateBody: d.Template,
    Parameters: Object.entries(d.Parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    Capabilities: d.Capabilities as Capability[],
    Tags: Object.entries(d.Tags).map(([Key, Value]) => ({ Key, Value })),
    EnableTerminationProtection: d.TerminationProtection,
    NotificationARNs: d.NotificationArns,
    OnFailure: 'DELETE',
    ...(d.StackPolicy === null ? {} : { StackPolicyBody: d.StackPolicy }),
    ...(d.RoleArn === null ? {} : { RoleARN: d.RoleArn }),
    ...(d.TimeoutMinutes === null ? {} : { TimeoutInMinutes: d.TimeoutMinutes }),
  };
}

function tagged(tags: Tags): { Tags?: { Key: string; Value: string }[] } {
  const own = Object.entries(ownTags(tags)).map(([Key, Value]) => ({ Key, Value }));
  return own.length > 0 ? { Tags: own } : {};
}
