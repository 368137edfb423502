import type { Finding, Json } from '../../model/finding.ts';
import type { KindShell } from '../../model/shell.ts';
import { makeKind, type Effects, type Footprint, type Kind } from '../kind.ts';
import type { AwsSnapshot, RoleState, Tags } from './snapshot.ts';
import type { AwsAccountApi } from './wire/account.ts';

export type AwsKind = Kind<AwsSnapshot, AwsAccountApi>;

/** What the tools that may own a thing of this kind call it. */
export interface Owners {
  cloudFormation: {
    /** Such as `AWS::IAM::Role`. */
    type: string;
    /** How much of a stack's resource of this type, by its physical id, a finding stands for; undefined for none of it. */
    covers(finding: Finding, physicalId: string): 'whole' | 'part' | undefined;
    /**
     * What CloudFormation does to such a resource that our own removal would not, in words: a stack that holds one goes only where its template
     * retains it.
     */
    deletesForGood?: string;
  };
  /** Terraform's type, such as `aws_iam_role`. */
  terraform: string;
}

/** A kind whose things may be resources of a CloudFormation stack. Its snapshots have `Tags`. */
export type ResourceKind = AwsKind & { owners: Owners; survey?: Survey };
/** What an account says in policies. */
export interface AccountPolicies {
  /** Roles that can concern us: they trust another role, or an Entra issuer. */
  roles: readonly RoleState[];
  /** Every document in force, ours or not: the inline ones of roles (`holder` is the role's name), customer policies (their ARN). */
  documents: readonly { of: 'role' | 'policy'; holder: string; document: Json }[];
  /** A use not long ago, in words; undefined where none is known of. */
  recently(at: Date | undefined): string | undefined;
}

/**
 * What a kind reads beside IAM once roles and policies are read; it stands in the snapshot under the kind's name (`beside`). `tags`: of what it
 * read, since they may name a stack. A denial is part of what was read, never an empty answer; what may be tried again is thrown.
 */
export type Survey = (api: AwsAccountApi, policies: AccountPolicies) => Promise<{ read: Json; tags: Tags[] }>;

export type ResourceFootprint = Footprint<AwsSnapshot> & { owners: Owners };

export function resourceKind(
  footprint: ResourceFootprint,
  effects: Effects<AwsAccountApi> & { survey?: Survey },
  shell: KindShell,
): ResourceKind {
  const { survey, ...calls } = effects;
  return { ...makeKind(footprint, calls, shell), owners: footprint.owners, ...(survey ? { survey } : {}) };
}
