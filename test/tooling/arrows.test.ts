import { globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

interface Pattern {
  regex?: string;
  allowTypeImports?: true;
}
interface Override {
  files: string[];
  rules: { 'no-restricted-imports'?: [string, { patterns?: Pattern[] }] };
}

const { overrides } = JSON.parse(readFileSync(join(ROOT, '.oxlintrc.json'), 'utf8')) as { overrides: Override[] };

/** The folders of code in one, by their paths. */
function foldersIn(parent: string): string[] {
  const files = globSync(join(parent, '*/**/*.ts'), { cwd: ROOT, exclude: ['node_modules'] });
  const depth = parent === '' ? 1 : 2;
  return [...new Set(files.map((file) => file.split(sep).slice(0, depth).join('/')))];
}

/** The names that a folder's rule refuses, of any that it knows: `^(\.\./)+(a|b)/`. */
function refused(folder: string): string[] {
  const rule = overrides.find(({ files }) =>
    files.flatMap(spread).some((glob) => glob === `${folder}/**/*.ts` || glob === `${folder}/*.ts`),
  );
  const patterns = rule?.rules['no-restricted-imports']?.[1].patterns ?? [];
  return patterns.flatMap(({ regex = '', allowTypeImports }) => {
    const [, names] = /^\^\(\\\.\\\.\/\)\+\(([a-z|-]+)\)\/$/.exec(regex) ?? [];
    return names === undefined || allowTypeImports ? [] : names.split('|');
  });
}

/** `a/{b,c}/x` is `a/b/x` and `a/c/x`. */
function spread(glob: string): string[] {
  const [, before = '', names, after = ''] = /^(.*)\{(.*)\}(.*)$/.exec(glob) ?? [];
  return names === undefined ? [glob] : names.split(',').map((name) => `${before}${name}${after}`);
}

/** The rows of the tables under "Folders" in docs/architecture.md, in their order: the folders, and what the last cell says. */
const SECTION = /^## Folders\n(.*?)^## /ms.exec(readFileSync(join(ROOT, 'docs', 'architecture.md'), 'utf8'))?.[1] ?? '';
const ROWS = [...SECTION.matchAll(/^\| (`[^|]*?) *\|[^|]*\| ([^|]*?) *\|$/gm)].map(([, folders = '', imports = '']) => ({
  folders: named(folders),
  imports,
}));

function named(cell: string): string[] {
  return [...cell.matchAll(/`([\w/]+)\/`/g)].map(([, folder = '']) => folder);
}

/** What a folder may import of those beside it, as its row says: names, or all above it. */
function documentedOf(folder: string, siblings: string[]): string[] {
  const at = ROWS.findIndex(({ folders }) => folders.includes(folder));
  const row = ROWS[at];
  const all = row?.imports === 'all above' ? ROWS.slice(0, at).flatMap(({ folders }) => folders) : named(row?.imports ?? '');
  return all.filter((f) => siblings.includes(f));
}

/** Folders beside each other; of those that are free, anything may be imported. */
const LEVELS = [
  { siblings: foldersIn(''), free: ['bench', 'scripts', 'test'] },
  { siblings: foldersIn('activities'), free: [] },
  { siblings: foldersIn('client'), free: [] },
];

test('docs/architecture.md tells of each folder, and of none that is not there', () => {
  expect(ROWS.flatMap(({ folders }) => folders).toSorted()).toEqual(LEVELS.flatMap(({ siblings }) => siblings).toSorted());
});

test.each(LEVELS.flatMap(({ siblings, free }) => siblings.filter((s) => !free.includes(s)).map((folder) => ({ folder, siblings }))))(
  'docs/architecture.md says of $folder what the linter lets it import',
  ({ folder, siblings }) => {
    const away = refused(folder);
    const allowed = siblings.filter((s) => s !== folder && !away.includes(s.slice(s.lastIndexOf('/') + 1)));
    expect(documentedOf(folder, siblings).toSorted()).toEqual(allowed.toSorted());
  },
);
