import type { QuotaCount } from '../../sandbox/quotas.ts';

/** What a run under quotas came to, by the sandbox's counts. */
export interface ThrottledFigures {
  /** Calls that were taken, and that were refused. */
  allowed: number;
  refused: number;
  /** The share of all calls that was refused, and of those after the first minute. */
  refusedShare: number;
  refusedShareLate: number;
  seconds: number;
  /** The least time that the calls of one key take (those beyond the bucket ÷ rate), of the key where that is longest. */
  floorSeconds: number;
  floorKey: string;
  /** `seconds` ÷ `floorSeconds`, and ÷ the longer of that and the seconds of the calm run. */
  overFloor: number;
  overFloorOrCalm: number;
}

/** Pure. `calm`: seconds of the run without quotas. */
export function throttledIn(counts: readonly QuotaCount[], seconds: number, calm: number): ThrottledFigures {
  const sum = (of: (count: QuotaCount) => number) => counts.reduce((total, count) => total + of(count), 0);
  const [allowed, refused] = [sum((c) => c.allowed), sum((c) => c.refused)];
  const [lateAllowed, lateRefused] = [sum((c) => c.late.allowed), sum((c) => c.late.refused)];
  const floor = (c: QuotaCount) => Math.max(0, c.allowed - c.burst) / c.perSecond;
  const longest = counts.toSorted((a, b) => floor(b) - floor(a))[0];
  const floorSeconds = longest ? floor(longest) : 0;
  return {
    allowed,
    refused,
    refusedShare: share(refused, allowed),
    refusedShareLate: share(lateRefused, lateAllowed),
    seconds: rounded(seconds),
    floorSeconds: rounded(floorSeconds),
    floorKey: longest ? `${longest.quota} ${longest.key}`.trim() : '',
    overFloor: rounded(seconds / floorSeconds),
    overFloorOrCalm: rounded(seconds / Math.max(floorSeconds, calm)),
  };
}

const share = (part: number, rest: number) => (part + rest === 0 ? 0 : Math.round((part / (part + rest)) * 100_000) / 100_000);
const rounded = (value: number) => Math.round(value * 100) / 100;
