import type { Hold } from '../finding.ts';

/** Several guards as one, ready to be spread into a finding: the first one's code, everybody's reason, and the most that one of them keeps. */
export function combine(...holds: (Hold | undefined)[]): { hold?: Hold } {
  const present = holds.filter((h) => h !== undefined);
  const [first, ...more] = present;
  if (!first) return {};
  if (more.length === 0) return { hold: first };
  const keeps = (['way', 'means'] as const).find((k) => present.some((h) => h.keeps === k));
  const parts = present.flatMap((h) => h.parts ?? [h]);
  return { hold: { code: first.code, reason: present.map((h) => h.reason).join('; '), ...(keeps ? { keeps } : {}), parts } };
}
