import type { Json } from '../../../../model/finding.ts';
import type { Tags } from '../../snapshot.ts';

/** What a plan freezes of a secret: everything but its value, which nobody here ever reads, and what changes by itself. */
export type SecretState = {
  /** With the six letters that Secrets Manager adds: no newcomer of the same name has it. */
  Arn: string;
  Name: string;
  Description: string;
  KmsKeyId: string | null;
  Tags: Tags;
  /** JSON; null when it has none. */
  ResourcePolicy: Json;
  Rotates: boolean;
  /** Regions it is copied to, sorted. */
  Replicas: string[];
};

/** One that a policy names and nobody let us look at. */
export type UnseenSecret = { Arn: string; Unseen: string; Tags: Tags };

/** A secret that a policy of a role which can concern us names, and who else names it. */
export type NamedSecret = {
  secret: SecretState | UnseenSecret;
  /** Names of roles whose inline policies name its very ARN, and ARNs of customer policies that do. */
  namedByRoles: string[];
  namedByPolicies: string[];
  /** Who else may read it by a policy that names it less exactly, in words. */
  matchedBy: string[];
  /** A use not long ago, in words. */
  used: string | null;
};

export function isUnseen(secret: SecretState | UnseenSecret): secret is UnseenSecret {
  return 'Unseen' in secret;
}
