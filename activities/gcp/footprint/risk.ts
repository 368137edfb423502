import type { Risk } from '../../../model/names.ts';
import { lastSegment } from '../snapshot.ts';

/** What a role lets its holder do. An unknown role counts as writing: only what is known to read is called reading. */
export function riskOf(role: string): Risk {
  const name = lastSegment(role).toLowerCase();
  if (/admin|owner|tokencreator|serviceaccountuser|workloadidentityuser/.test(name)) return 'takeover';
  if (/viewer|reviewer|reader|browser/.test(name)) return 'read';
  return 'write';
}
