import { NOTHING_KNOWN } from './exclusion.ts';
import { NOT_RECOGNISED } from './guards/foreign.ts';

/** Pure: what is nobody's but the manifest's word says to be ours, and what nothing is known of, come before any other warning. */
export function isToldFirst(warning: string): boolean {
  return warning.startsWith(NOT_RECOGNISED) || warning.startsWith(NOTHING_KNOWN);
}
