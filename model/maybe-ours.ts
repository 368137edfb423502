import { counted } from './counted.ts';
import type { Facts, Finding } from './finding.ts';
import { RISKS, type Risk } from './names.ts';
import { compare } from './removal-order.ts';

/**
 * What stays and may be ours: nothing proves whose it is, so nobody may say that nothing is left. `count`: what matches by name only, of which `worst` has the greatest
 * risk, and `orphans`, which no name tells from others: assignments in Azure of principals that nobody knows any more.
 */
export interface MaybeOurs {
  count: number;
  worst: { item: string; risk: Risk } | null;
  orphans?: number;
}

/** Pure: of findings, those that match by name only, and the orphans that were counted at each scope of Azure. */
export function maybeOursAmong(
  findings: readonly Pick<Finding, 'id' | 'risk' | 'confidence'>[],
  { azureOrphans = [] }: Pick<Facts, 'azureOrphans'> = {},
): MaybeOurs {
  const perhaps = findings
    .filter((f) => f.confidence === 'name-only')
    .toSorted((a, b) => RISKS.indexOf(a.risk) - RISKS.indexOf(b.risk) || compare(a.id, b.id));
  const [worst] = perhaps;
  const orphans = azureOrphans.reduce((sum, o) => sum + o.count, 0);
  return {
    count: perhaps.length + orphans,
    worst: worst ? { item: worst.id, risk: worst.risk } : null,
    ...(orphans > 0 ? { orphans } : {}),
  };
}

/** In words; empty where there is none, or nobody looked. */
export function maybeOursWords(maybe: MaybeOurs | undefined): string {
  if (!maybe || maybe.count === 0) return '';
  const { count, worst, orphans = 0 } = maybe;
  const told = [
    ...(worst ? [`worst: ${worst.item}${worst.risk === 'none' ? '' : ` (${worst.risk})`}`] : []),
    ...(orphans > 0
      ? [
          `${worst ? 'among them ' : ''}${counted(orphans, 'role assignment')} in Azure of principals that nobody knows (name the former object id under entra.formerPrincipals)`,
        ]
      : []),
  ];
  return `${counted(count, 'thing')} that may be ours ${count === 1 ? 'stays' : 'stay'}, ${told.join(', ')}`;
}

/** How a run ended, and what may be ours besides: `completed; 3 things that may be ours stay, worst: …`. */
export function endWords({ status, maybeOurs }: { status: string; maybeOurs?: MaybeOurs }): string {
  return [status, maybeOursWords(maybeOurs)].filter(Boolean).join('; ');
}
