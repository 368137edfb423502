import type { PlanItem } from '../../../model/plan.ts';
import type { Tags } from '../snapshot.ts';

/** Tags anybody may set. AWS keeps those that begin with `aws:` for itself (CloudFormation's marks). */
export function ownTags(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.toLowerCase().startsWith('aws:')));
}

/** What is lost with AWS's own tags, in words: nothing where the stack that set them comes back and sets them again. */
export function lostTags(tags: Tags, stack: PlanItem | undefined): string[] {
  if (stack) return [];
  const lost = Object.keys(tags).filter((key) => !(key in ownTags(tags)));
  return lost.length > 0 ? [`the tags ${lost.join(', ')}, which only AWS can set: it belongs to no CloudFormation stack any more`] : [];
}
