import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { KINDS } from '../../activities/kinds.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const text = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const DOC = text('docs/adding-a-kind.md');
const FACES = [...DOC.matchAll(/^\| `(\w+\.ts)`/gm)].map((m) => m[1] ?? '');
const FOLDERS = globSync('activities/*/kinds/*/index.ts', { cwd: ROOT }).map((file) => dirname(file));

test('docs/adding-a-kind.md names files that are there', () => {
  const named = [...DOC.matchAll(/`((?:activities|docs|estates|model|sandbox|scripts|test)\/[\w./-]+)`/g)].map((m) => m[1] ?? '');
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
});

test('each kind is a folder with the faces that the page tells, and a line in its cloud’s list', () => {
  expect(FACES).toEqual(['footprint.ts', 'effects.ts', 'shell.ts', 'index.ts']);
  const kinds = Object.values(KINDS).flatMap((c) => c.kinds);
  expect(FOLDERS).toHaveLength(kinds.length);
  const without = FOLDERS.flatMap((folder) =>
    FACES.filter((face) => !existsSync(join(ROOT, folder, face))).map((face) => join(folder, face)),
  );
  expect(without).toEqual([]);
  const unlisted = FOLDERS.filter(
    (folder) => !text(join(dirname(folder), 'index.ts')).includes(`./${folder.split('/').at(-1) ?? ''}/index.ts'`),
  );
  expect(unlisted).toEqual([]);
});

test('a kind’s name stands in its own folder, and nowhere else in the product', () => {
  const files = globSync(['activities/**/*.ts', 'model/**/*.ts', 'workflows/**/*.ts', 'client/**/*.ts'], { cwd: ROOT });
  const elsewhere = files.filter((file) => !file.startsWith('activities/aws/kinds/secret/') && text(file).includes("'aws-secret'"));
  expect(elsewhere).toEqual([]);
});
