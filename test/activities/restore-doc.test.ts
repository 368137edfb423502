import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AnyKind } from '../../activities/cloud.ts';
import { KINDS as CLOUDS } from '../../activities/kinds.ts';

const DOC = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'restore.md'), 'utf8');
const ROW = /^\| `([a-z-]+)` +\|([^|]*)\|([^|]*)\|([^|]*)\|$/gm;
const ROWS = new Map([...DOC.matchAll(ROW)].map(([, kind = '', ...rest]) => [kind, rest.map((r) => r.trim())]));
const KINDS = Object.values(CLOUDS).flatMap((c) => c.kinds as AnyKind[]);

interface Facts {
  comesBack: boolean;
  /** Days for which it can be undeleted. */
  kept: number | undefined;
  /** What happens after these days. */
  afterwards: 'made again' | 'never' | undefined;
}

function factsOf({ undo }: AnyKind): Facts {
  const kept = undo?.keptFor === undefined ? undefined : undo.keptFor / 86_400_000;
  return { comesBack: undo !== undefined, kept, afterwards: kept === undefined ? undefined : undo?.recreated ? 'made again' : 'never' };
}

function factsIn(row: string): Facts {
  const days = /undeleted within (\d+) days/.exec(row)?.[1];
  const afterwards = /after that (made again|never)/i.exec(row)?.[1]?.toLowerCase() as Facts['afterwards'];
  return { comesBack: !row.startsWith('never'), kept: days === undefined ? undefined : Number(days), afterwards };
}

test('docs/restore.md tells of every kind there is how it comes back, what is lost and how it is compared', () => {
  expect([...ROWS.keys()].toSorted()).toEqual(KINDS.map((k) => k.name).toSorted());
  const silent = KINDS.filter((k) => k.undo && ROWS.get(k.name)?.includes(''));
  expect(silent).toEqual([]);
});

test.each(KINDS.map((k) => [k.name, k] as const))('of %s it tells what the code does', (name, kind) => {
  expect(factsIn(ROWS.get(name)?.[0] ?? '')).toEqual(factsOf(kind));
});

test('what nothing brings back says why', () => {
  const mute = KINDS.filter((k) => (k.undo ? (factsOf(k).afterwards === 'never' || k.undo.freeAfter) && !k.undo.purged : !k.lost));
  expect(mute.map((k) => k.name)).toEqual([]);
});
