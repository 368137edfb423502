import type { Hold } from '../../../model/finding.ts';
import { ownedByStackSet, ownedByTerraform, type OwningStack } from '../../../model/guards/owner.ts';
import type { Tags } from '../snapshot.ts';

/** The CloudFormation stack that a resource's tags name; `set` when a stack set put the stack into the account. */
export interface StackMark extends OwningStack {
  set?: string;
}

/** Pure: what CloudFormation's own tags say. */
export function stackMark(tags: Tags): StackMark | undefined {
  const name = tags['aws:cloudformation:stack-name'];
  if (!name) return undefined;
  const id = tags['aws:cloudformation:stack-id'];
  const region = id && regionOf(id);
  // A stack set calls the stacks it makes StackSet-<its name>-<uuid>.
  const set = /^StackSet-(.+)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.exec(name)?.[1];
  return { name, ...(id ? { id } : {}), ...(region ? { region } : {}), ...(set === undefined ? {} : { set }) };
}

/** Pure: the region in a stack's ARN. */
export function regionOf(stackId: string): string | undefined {
  return /^arn:[\w-]+:cloudformation:([\w-]+):/.exec(stackId)?.[1];
}

/** Pure: the name in a stack's ARN. */
export function stackName(stackId: string): string {
  return stackId.split('/')[1] ?? stackId;
}

/** Pure: the guard of what a stack set or Terraform would put back; stacks themselves are looked at (`kinds/stack/members.ts`). */
export function ownerByTags(account: string, tags: Tags, terraformType: string): Hold | undefined {
  const { set, region } = stackMark(tags) ?? {};
  if (set === undefined) return ownedByTerraform(tags, terraformType);
  return ownedByStackSet({ set, account, ...(region ? { region } : {}) });
}
