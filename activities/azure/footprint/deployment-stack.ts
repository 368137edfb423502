import type { Anchors, DeploymentStackMark } from '../../../model/finding.ts';
import { sameId } from '../../microsoft/ids.ts';

/** Pure: the deployment stack that manages an assignment. */
export function stackOf(assignment: string, { deploymentStacks = [] }: Pick<Anchors, 'deploymentStacks'>): DeploymentStackMark | undefined {
  return deploymentStacks.find((s) => s.assignments.some((id) => sameId(id, assignment)));
}
