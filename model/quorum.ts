import type { Gate } from './names.ts';
import type { Policy } from './policy.ts';

/** How many approvers a gate needs, each another person. */
export function quorumOf({ quorum }: Pick<Policy, 'quorum'>, gate: Gate): number {
  return quorum?.[gate] ?? 1;
}

/** Who approved so far, where more must. */
export interface Pending {
  given: string[];
  needed: number;
}

/** The same in words. */
export function pendingWords({ given, needed }: Pending): string {
  return `${given.length} of ${needed} approvals are given, by ${given.join(', ')}`;
}
