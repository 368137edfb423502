import type { RoleLastUsed } from '@aws-sdk/client-iam';
import type { ReadContext } from '../../cloud.ts';

/** How long ago still counts as in use, in ms: `guards.usedWithin` of the manifest. */
export function usedWithin({ manifest }: Pick<ReadContext, 'manifest'>): number {
  return manifest.guards.usedWithin;
}

/** Pure: a role's use within `span` ms before `now`, in words; undefined when IAM knows of none. IAM's own report may be hours late. */
export function recentUse(used: RoleLastUsed | undefined, span: number, now: Date): string | undefined {
  const at = used?.LastUsedDate;
  if (!at || now.getTime() - at.getTime() > span) return undefined;
  return `last used ${at.toISOString()}${used.Region ? ` in ${used.Region}` : ''}`;
}
