import type { DescribeSecretResponse } from '@aws-sdk/client-secrets-manager';
import type { ManagedPolicyDetail, Policy, Role, RoleDetail } from '@aws-sdk/client-iam';
import type { Json } from '../../../model/finding.ts';
import type { Caller } from '../footprint/ourselves.ts';
import type { PolicyState, ProviderState, RoleParts, RoleState, SdkPolicyVersion, StackDefinition, StackState } from '../snapshot.ts';

/**
 * One account, as far as we need it. Listings are whole: every page or an error. What reads one thing answers undefined when IAM says
 * NoSuchEntity; what deletes takes NoSuchEntity for done. Every other error of the SDK comes through.
 */
export interface AwsAccountApi extends RestoringCalls, StackCalls, SecretCalls {
  readonly account: string;
  /** Whom the session in the account really is (STS GetCallerIdentity), and whom the worker itself. */
  caller(): Promise<Caller>;
  worker(): Promise<Caller>;

  /** Roles and customer policies with all that hangs on them; carries neither a role's description nor a policy's tags. */
  authorizationDetails(): Promise<{ roles: RoleDetail[]; policies: ManagedPolicyDetail[] }>;
  roles(): Promise<Role[]>;
  role(name: string): Promise<Role | undefined>;
  /** What hangs on a role: ARNs of managed policies, names and documents of its own, names of instance profiles. */
  roleParts(role: string): Promise<RoleParts | undefined>;
  policy(arn: string): Promise<Policy | undefined>;
  policyVersions(arn: string): Promise<SdkPolicyVersion[] | undefined>;
  policyUsers(arn: string): Promise<{ roles: string[]; others: string[] } | undefined>;
  providerArns(): Promise<string[]>;
  provider(arn: string): Promise<ProviderState | undefined>;

  removeFromInstanceProfile(profile: string, role: string): Promise<void>;
  detachPolicy(role: string, policyArn: string): Promise<void>;
  deleteInlinePolicy(role: string, name: string): Promise<void>;
  deleteRole(name: string): Promise<void>;
  deletePolicyVersion(arn: string, version: string): Promise<void>;
  deletePolicy(arn: string): Promise<void>;
  removeClientId(providerArn: string, clientId: string): Promise<void>;
  deleteProvider(arn: string): Promise<void>;
}

/** CloudFormation stacks by their ARN, in whatever region. */
export interface StackCalls {
  /** Undefined once it is deleted. */
  stack(id: string): Promise<StackState | undefined>;
  /** The stack that has its name now, in its region: itself, or one that was made since. */
  stackInPlace(id: string): Promise<StackState | undefined>;
  stackDefinition(id: string): Promise<StackDefinition>;
  /** Begins to make a stack under the name and in the region of an earlier one; its ARN. A failure takes what was made away again. */
  createStack(earlier: string, definition: StackDefinition): Promise<string>;
  deleteStack(id: string): Promise<void>;
  /** Why the last deletion failed, a resource each, in CloudFormation's words. */
  deletionFailures(id: string): Promise<string[]>;
  /** The same of the making of a stack. */
  creationFailures(id: string): Promise<string[]>;
}

/** Secrets by their ARN, in whatever region; never their values. */
export interface SecretCalls {
  /** Undefined once it is deleted, also while it can still be restored. */
  secret(arn: string): Promise<DescribeSecretResponse | undefined>;
  /** JSON; undefined when it has none. */
  resourcePolicy(arn: string): Promise<string | undefined>;
  /** With a recovery window of 30 days, never at once. */
  deleteSecret(arn: string): Promise<void>;
  /** False when Secrets Manager keeps nothing of it any more. */
  restoreSecret(arn: string): Promise<boolean>;
}

/** Where the worker's own credentials belong. */
export interface AwsHome {
  account: string;
  /** Undefined where the account is in no organisation. */
  managementAccount?: string;
}

/** An AWS organisation. The listing is whole: every page or an error. */
export interface AwsOrganizationApi {
  /** Ids, states as AWS names them (`ACTIVE`, `SUSPENDED`, …), and names. */
  accounts(): Promise<{ id: string; state: string; name?: string }[]>;
}

/**
 * What brings things back. Something missing that a call needs, a name that is taken and a principal IAM does not know are told as
 * RefusedError; every other error of the SDK comes through. Tags that AWS keeps for itself (`aws:`) are never written.
 */
export interface RestoringCalls {
  /** The role alone: what hangs on it comes by the calls after this one. */
  createRole(role: RoleState): Promise<void>;
  attachPolicy(role: string, policyArn: string): Promise<void>;
  putInlinePolicy(role: string, name: string, document: Json): Promise<void>;
  addToInstanceProfile(profile: string, role: string): Promise<void>;
  updateTrust(role: string, document: Json): Promise<void>;
  /** With one version, which is the default. */
  createPolicy(policy: PolicyState, document: Json): Promise<void>;
  createPolicyVersion(arn: string, document: Json, isDefault: boolean): Promise<void>;
  setDefaultPolicyVersion(arn: string, version: string): Promise<void>;
  createProvider(provider: Omit<ProviderState, 'Arn'>): Promise<void>;
  addClientId(providerArn: string, clientId: string): Promise<void>;
}
