import type { Hold } from '../finding.ts';

/** Code of a hold for a recent use. */
export const RECENTLY_USED = 'RecentlyUsed';

/**
 * The guard of what was used within the manifest's `guards.usedWithin`: somebody or something still signs in with it. `use`: when, and by
 * whom or from where, in words; undefined where its cloud knows of none.
 */
export function recentlyUsed(use: string | undefined): Hold | undefined {
  if (use === undefined) return undefined;
  const reason = `recently used: ${use}; find out who still needs it (a successor may have been pointed at it) before it goes`;
  return { code: RECENTLY_USED, reason, keeps: 'way' };
}
