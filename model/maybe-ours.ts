import { counted } from './counted.ts';
import type { Finding } from './finding.ts';
import { RISKS, type Risk } from './names.ts';
import { compare } from './removal-order.ts';

/** What matches by name only and stays: nothing proves whose it is, so nobody may say that nothing is left. `worst`: of the greatest risk. */
export interface MaybeOurs {
  count: number;
  worst: { item: string; risk: Risk } | null;
}

/** Pure: of findings, those that match by name only. */
export function maybeOursAmong(findings: readonly Pick<Finding, 'id' | 'risk' | 'confidence'>[]): MaybeOurs {
  const perhaps = findings
    .filter((f) => f.confidence === 'name-only')
    .toSorted((a, b) => RISKS.indexOf(a.risk) - RISKS.indexOf(b.risk) || compare(a.id, b.id));
  const [worst] = perhaps;
  return { count: perhaps.length, worst: worst ? { item: worst.id, risk: worst.risk } : null };
}

/** In words; empty where there is none, or nobody looked. */
export function maybeOursWords(maybe: MaybeOurs | undefined): string {
  if (!maybe?.worst) return '';
  const { item, risk } = maybe.worst;
  return `${counted(maybe.count, 'thing')} that may be ours ${maybe.count === 1 ? 'stays' : 'stay'}, worst: ${item}${risk === 'none' ? '' : ` (${risk})`}`;
}

/** How a run ended, and what may be ours besides: `completed; 3 things that may be ours stay, worst: …`. */
export function endWords({ status, maybeOurs }: { status: string; maybeOurs?: MaybeOurs }): string {
  return [status, maybeOursWords(maybeOurs)].filter(Boolean).join('; ');
}
