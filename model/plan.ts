import type { Finding, Hold } from './finding.ts';

/** A finding that the plan removes, with its fingerprint and what stands before it. Shape of each `items[]` in a plan. */
export interface PlanItem extends Finding {
  /** SHA-256 (hex) of the canonical JSON of `snapshot`. */
  fingerprint: string;
  /** Ids of items that must be gone, or waived, before. */
  dependsOn: string[];
  /** A guard that holds the item until it is waived; absent when none, or when an override lifted it. */
  guard?: Hold;
  override?: string;
}
