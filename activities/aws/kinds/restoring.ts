import type { Json } from '../../../model/finding.ts';
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

/** Unique ids of deleted roles and users among the principals of a trust policy: IAM takes no policy that names one. */
export function deadPrincipals(document: Json): string[] {
  return [...new Set(JSON.stringify(document).match(/(?<=")A(?:ROA|IDA)[A-Z0-9]{12,}(?=")/g))];
}
