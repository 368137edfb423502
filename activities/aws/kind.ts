import type { Finding } from '../../model/finding.ts';
import type { KindShell } from '../../model/shell.ts';
import { makeKind, type Effects, type Footprint, type Kind } from '../kind.ts';
import type { AwsSnapshot } from './snapshot.ts';
import type { AwsAccountApi } from './wire/api.ts';

export type AwsKind = Kind<AwsSnapshot, AwsAccountApi>;

/** What the tools that may own a thing of this kind call it. */
export interface Owners {
  cloudFormation: {
    /** Such as `AWS::IAM::Role`. */
    type: string;
    /** How much of a stack's resource of this type, by its physical id, a finding stands for; undefined for none of it. */
    covers(finding: Finding, physicalId: string): 'whole' | 'part' | undefined;
  };
  /** Terraform's type, such as `aws_iam_role`. */
  terraform: string;
}

/** A kind whose things may be resources of a CloudFormation stack. Its snapshots have `Tags`. */
export type ResourceKind = AwsKind & { owners: Owners };
export type ResourceFootprint = Footprint<AwsSnapshot> & { owners: Owners };

export function resourceKind(footprint: ResourceFootprint, effects: Effects<AwsAccountApi>, shell: KindShell): ResourceKind {
  return { ...makeKind(footprint, effects, shell), owners: footprint.owners };
}
