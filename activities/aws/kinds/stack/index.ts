import { makeKind } from '../../../kind.ts';
import type { AwsKind, ResourceKind } from '../../kind.ts';
import { stackEffects } from './effects.ts';
import { stackFootprint } from './footprint.ts';
import { shell } from './shell.ts';

/** CloudFormation stacks in which every resource is ours; `kinds`: what such a resource may be. */
export function awsStack(kinds: readonly ResourceKind[]): AwsKind {
  return makeKind(stackFootprint(kinds), stackEffects(kinds), shell);
}
