import type { ReadContext } from '../../cloud.ts';

/** How long ago still counts as in use, in ms: `guards.usedWithin` of the manifest. */
export function usedWithin({ manifest }: Pick<ReadContext, 'manifest'>): number {
  return manifest.guards.usedWithin;
}

/** Pure: a use within `span` ms before `now`, in words; undefined when AWS knows of none. IAM's own report may be hours late. */
export function recentUse(at: Date | undefined, span: number, now: Date, region?: string): string | undefined {
  if (!at || now.getTime() - at.getTime() > span) return undefined;
  return `last used ${at.toISOString()}${region ? ` in ${region}` : ''}`;
}
