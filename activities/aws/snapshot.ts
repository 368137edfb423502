import type { Policy, PolicyVersion, Role, RoleDetail, Tag } from '@aws-sdk/client-iam';
import type { Json } from '../../model/finding.ts';

/**
 * What one account holds, in one shape however it was read: order, absent and empty are the same everywhere, so that fingerprints
 * compare. Field names are IAM's own. When a role was last used stands beside the roles: it changes by itself.
 */
export interface AwsSnapshot {
  account: string;
  roles: RoleState[];
  /** Unique ids of its IAM users: a trust policy that names one by such an id, and no user has it, names one that was deleted. Sorted. */
  userIds: string[];
  /** Only customer policies that can concern us: see reader.ts. */
  policies: AccountPolicy[];
  /** Customer policies that were listed, these or others. */
  policyCount: number;
  /** Only providers of Entra issuers. */
  providers: ProviderState[];
  /** What kinds read beside IAM, by name of kind. */
  beside: { [kind: string]: Json };
  /** CloudFormation stacks that tags of what can concern us name. */
  stacks: StackView[];
  /** ARNs of the account's roles that the worker is in. */
  ourselves: string[];
  /** Roles by ARN that were used not long ago, with when and where in words. */
  usedRecently: { [arn: string]: string };
}

export type RoleState = {
  RoleName: string;
  RoleId: string;
  Arn: string;
  Path: string;
  Description: string;
  /** Seconds. */
  MaxSessionDuration: number;
  AssumeRolePolicyDocument: Json;
  PermissionsBoundary: string | null;
  Tags: Tags;
  /** ARNs, sorted. */
  AttachedPolicies: string[];
  InlinePolicies: { [name: string]: Json };
  /** Names, sorted. */
  InstanceProfiles: string[];
};

export type PolicyState = {
  PolicyName: string;
  PolicyId: string;
  Arn: string;
  Path: string;
  Description: string;
  DefaultVersionId: string;
  Versions: { VersionId: string; Document: Json }[];
  Tags: Tags;
};

/** Who uses a policy is told apart from what it is: our own removals change the one, never the other. */
export interface AccountPolicy {
  state: PolicyState;
  /** Roles, users and groups it is attached to. */
  attachmentCount: number;
  boundaryCount: number;
}

export type ProviderState = {
  Arn: string;
  /** Without scheme. */
  Url: string;
  ClientIds: string[];
  Thumbprints: string[];
  Tags: Tags;
};

/** A stack as it was found: there, deleted meanwhile, or not to be looked at. */
export type StackView = { id: string } & ({ stack: StackState; definition: ReadDefinition } | { gone: true } | { unknown: string });

/** A stack's definition, or the code of the error that nobody could read it for. */
export type ReadDefinition = StackDefinition | { Unknown: string };

export type StackState = {
  /** ARN. */
  StackId: string;
  StackName: string;
  /** As CloudFormation words it. */
  Status: string;
  /** ARN of the stack that this one is nested in. */
  Parent: string | null;
  TerminationProtection: boolean;
  /** Types and physical ids with a blank between, sorted. */
  Resources: string[];
  /** The template's own name of each resource. */
  LogicalIds: { [resource: string]: string };
  /** Physical ids that CloudFormation itself made up, since the template gives no name. */
  GeneratedNames: string[];
};

/** All that a call needs to make a stack again. */
export type StackDefinition = {
  /** The original, as it was handed in. */
  Template: string;
  Parameters: { [key: string]: string };
  Capabilities: string[];
  Tags: Tags;
  TerminationProtection: boolean;
  /** JSON; null when the stack has none. */
  StackPolicy: string | null;
  NotificationArns: string[];
  RoleArn: string | null;
  TimeoutMinutes: number | null;
  /** Logical ids of what the template as deployed retains when the stack is deleted, sorted. */
  Retained: string[];
};

export type Tags = { [key: string]: string };

/** What hangs on a role. */
export interface RoleParts {
  attached: string[];
  inline: [name: string, document: string][];
  instanceProfiles: string[];
}

/** A role from a description of it and what hangs on it; both IAM's listing and its single reads come through here. */
export function roleState(
  role: Pick<RoleDetail, 'RoleName' | 'RoleId' | 'Arn' | 'Path' | 'AssumeRolePolicyDocument' | 'PermissionsBoundary' | 'Tags'>,
  more: Pick<Role, 'Description' | 'MaxSessionDuration'>,
  parts: RoleParts,
): RoleState {
  return {
    RoleName: need(role.RoleName, 'RoleName'),
    RoleId: need(role.RoleId, 'RoleId'),
    Arn: need(role.Arn, 'Arn'),
    Path: role.Path ?? '/',
    Description: more.Description ?? '',
    MaxSessionDuration: more.MaxSessionDuration ?? 3600,
    AssumeRolePolicyDocument: policyDocument(need(role.AssumeRolePolicyDocument, 'AssumeRolePolicyDocument')),
    PermissionsBoundary: role.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
    Tags: tags(role.Tags),
    AttachedPolicies: parts.attached.toSorted(),
    InlinePolicies: Object.fromEntries(parts.inline.map(([name, document]) => [name, policyDocument(document)])),
    InstanceProfiles: parts.instanceProfiles.toSorted(),
  };
}

export function policyState(policy: Policy, versions: PolicyVersion[]): PolicyState {
  return {
    PolicyName: need(policy.PolicyName, 'PolicyName'),
    PolicyId: need(policy.PolicyId, 'PolicyId'),
    Arn: need(policy.Arn, 'Arn'),
    Path: policy.Path ?? '/',
    Description: policy.Description ?? '',
    DefaultVersionId: need(policy.DefaultVersionId, 'DefaultVersionId'),
    Versions: versions
      .map((v) => ({ VersionId: need(v.VersionId, 'VersionId'), Document: policyDocument(need(v.Document, 'Document')) }))
      .toSorted((a, b) => Number(a.VersionId.slice(1)) - Number(b.VersionId.slice(1))),
    Tags: tags(policy.Tags),
  };
}

export function tags(list: Partial<Tag>[] | undefined): Tags {
  return Object.fromEntries((list ?? []).map((t) => [need(t.Key, 'Tag.Key'), t.Value ?? '']));
}

/**
 * A policy document as a value. IAM answers documents percent-encoded (RFC 3986), and gives lists of actions, resources, principals
 * and condition values back in an order of its own: they are sets, so sorting them changes nothing.
 */
export function policyDocument(text: string): Json {
  const plain = text.trimStart().startsWith('{') ? text : decodeURIComponent(text);
  return JSON.parse(plain, (_key, value: Json) => {
    const isSet = Array.isArray(value) && value.every((v) => typeof v === 'string');
    return isSet ? value.toSorted() : value;
  }) as Json;
}

/** IAM always sends these; an answer without them is not to be guessed at. */
export function need<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new Error(`IAM's answer lacks ${field}`);
  return value;
}
