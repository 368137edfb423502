import type { Hold } from './finding.ts';
import { RECENTLY_USED } from './guards/recent-use.ts';

/** Codes whose reason changes by itself while what it says stays the same: when something was last used. */
const CHANGES_BY_ITSELF: ReadonlySet<string> = new Set([RECENTLY_USED]);

/**
 * Pure: whether a hold says nothing but what `before` said, so that whoever decided about that one decided about it. Who is named in both, or in the
 * earlier one alone, is nobody new. `decided`: codes that were decided about in another way.
 */
export function knownBefore(hold: Hold, before: Hold | undefined, decided: readonly string[] = []): boolean {
  const parts = before ? (before.parts ?? [before]) : [];
  return (hold.parts ?? [hold]).every((now) => decided.includes(now.code) || parts.some((then) => saysNoMore(now, then)));
}

function saysNoMore(now: Hold, then: Hold): boolean {
  if (now.code !== then.code) return false;
  if (CHANGES_BY_ITSELF.has(now.code) || now.reason === then.reason) return true;
  return now.who !== undefined && then.who !== undefined && now.who.every((w) => then.who?.includes(w));
}
