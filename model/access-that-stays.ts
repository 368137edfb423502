import type { Finding } from './finding.ts';

/** Pure: what stays, though perhaps only until somebody decides, while Permissions Management's way in to it stays as well: told before anything else. */
export function accessThatStays(staying: readonly Finding[]): string[] {
  const entries = staying
    .filter((f) => f.risk !== 'none')
    .flatMap((by) => (by.serves ?? []).flatMap((s) => (s.as === 'entry' ? [{ by, token: s.token }] : [])));
  return staying.flatMap((thing) => {
    const open = entries.filter((e) => thing.provides.includes(e.token)).map((e) => e.by.title);
    if (open.length === 0) return [];
    return [
      `access that stays unless it is decided otherwise: Permissions Management can still act as ${thing.title} by ${open.toSorted().join(', ')}`,
    ];
  });
}
