import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const doc = readFileSync(join(root, 'docs', 'guards.md'), 'utf8');
const table = doc.slice(doc.indexOf('## Each guard'), doc.indexOf('## Over estates'));
const rows = [...table.matchAll(/^\|([^|]*)\|([^|]*)\| (fires|must not) +\|([^|]*)\|([^|]*)\|$/gm)];

interface Named {
  title: string;
  file: string;
}

function testsOf(cell = ''): Named[] {
  return cell.split('<br>').map((one) => {
    const [, title, file] = /^\s*(.+) \(\[[^\]]+\]\(\.\.\/(test\/[^)]+)\)\)\s*$/.exec(one) ?? [];
    if (!title || !file) throw new Error(`no test is named in: ${one}`);
    return { title, file };
  });
}

const quoted = (title: string) => [`'${title}'`, `"${title}"`];

test('each guard has a test where it fires and one where it must not, by itself and in a whole run; all are there under that title', () => {
  expect(rows.map((r) => r[3])).toEqual(rows.map((_, n) => (n % 2 === 0 ? 'fires' : 'must not')));
  const named = rows.flatMap((row) => [...testsOf(row[4]), ...testsOf(row[5])]);
  expect(named.length).toBeGreaterThanOrEqual(80);
  const missing = named.filter(({ title, file }) => {
    const path = join(root, file);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    return !quoted(title).some((q) => text.includes(q));
  });
  expect(missing).toEqual([]);
});

test('what the table calls a whole run needs a Temporal server', () => {
  const files = new Set(rows.flatMap((row) => testsOf(row[5]).map((t) => t.file)));
  const without = [...files].filter((file) => !/\.(?:stage|long)\.test\.ts$/.test(file));
  expect(without).toEqual([]);
});

/** Words that stand beside a reason, that hold an item before any cloud is asked, or that our own edges block with. */
const SAID = [
  /\bcode: '([A-Z]\w+)',?\s*(?:\/\/.*\n\s*)?reason\b/g,
  /\bheld\(\s*'([A-Z]\w+)'/g,
  /\bblocked\(\s*(?:step\.)?item,\s*'([A-Z]\w+)'/g,
  /'blocked',\s*'([A-Z]\w+)'/g,
  /RefusedError\(\s*'([A-Z]\w+)'/g,
  /Code of [^\n]*\nexport const [A-Z_]+ = '([A-Z]\w+)'/g,
];

test('every word that a guard gives in the code is told, and none that no code gives', () => {
  const told = [...doc.slice(doc.indexOf('## What a held item says')).matchAll(/^\| `(\w+)`/gm)].map((row) => row[1]);
  const sources = globSync(['activities/**/*.ts', 'model/**/*.ts'], { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));
  const said = sources.flatMap((text) => SAID.flatMap((pattern) => [...text.matchAll(pattern)].map((m) => m[1] ?? '')));
  expect(said).toContain('SharedTrust');
  expect([...new Set(said)].toSorted()).toEqual(told);
});

test('each guard of the plan is one file, with one test file beside it in the tree of tests, and one row', () => {
  const guards = globSync('model/guards/*.ts', { cwd: root }).map((file) => basename(file, '.ts'));
  // Several guards as one.
  const files = guards.filter((name) => name !== 'combine').toSorted();
  expect(files).toContain('ourselves');
  const linked = rows.flatMap((row) => [...(row[1] ?? '').matchAll(/\.\.\/model\/guards\/([\w-]+)\.ts/g)].map((m) => m[1] ?? ''));
  expect(linked.toSorted()).toEqual(files);
  for (const name of guards) expect(existsSync(join(root, 'test', 'model', 'guards', `${name}.test.ts`))).toBe(true);
});
