import type { Hold } from '../finding.ts';

/** Several guards as one, ready to be spread into a finding: the first one's code, everybody's reason. */
export function combine(...holds: (Hold | undefined)[]): { hold?: Hold } {
  const present = holds.filter((h) => h !== undefined);
  const [first] = present;
  return first ? { hold: { code: first.code, reason: present.map((h) => h.reason).join('; ') } } : {};
}
