import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bundleKey } from '../../worker/bundle/inputs.ts';
import { kept } from '../../worker/bundle/kept.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const temporary = mkdtempSync(join(tmpdir(), 'offboard-bundle-'));
afterAll(() => rmSync(temporary, { recursive: true }));

/** A cache of its own, and how often something was made for it. */
function cache(name: string) {
  const folder = join(temporary, name);
  const made = { times: 0 };
  const ask = (key: string, text = `bundle of ${key}`) =>
    kept(folder, key, async (file) => {
      made.times += 1;
      await writeFile(file, text);
    });
  return { folder, made, ask };
}

test('what was made is kept: the second who asks gets it without making it', async () => {
  const { made, ask } = cache('twice');
  expect([await ask('a'), await ask('a')]).toEqual(['bundle of a', 'bundle of a']);
  expect(made.times).toBe(1);
});

test('another key is another text', async () => {
  const { ask } = cache('keys');
  expect([await ask('a'), await ask('b')]).toEqual(['bundle of a', 'bundle of b']);
});

test('a file that is not what was written is not used, and made anew', async () => {
  const { folder, made, ask } = cache('broken');
  await ask('a');
  const [name = ''] = readdirSync(folder);
  writeFileSync(join(folder, name), 'bundle of ');
  expect(await ask('a')).toBe('bundle of a');
  expect(made.times).toBe(2);
  expect(await readFile(join(folder, name), 'utf8')).toBe('bundle of a');
});

test('two that make it at once both have it whole, and no workpiece is left', async () => {
  const { folder, ask } = cache('at-once');
  expect(await Promise.all([ask('a'), ask('a')])).toEqual(['bundle of a', 'bundle of a']);
  expect(readdirSync(folder)).toHaveLength(1);
});

test('what cannot be made is told, and leaves nothing behind', async () => {
  const folder = join(temporary, 'failed');
  const failing = kept(folder, 'a', async (file) => {
    await writeFile(file, 'half');
    throw new Error('no such workflow');
  });
  await expect(failing).rejects.toThrow('no such workflow');
  expect(readdirSync(folder)).toEqual([]);
});

test('a folder that cannot be made is told', async () => {
  writeFileSync(join(temporary, 'a-file'), '');
  await expect(kept(join(temporary, 'a-file', 'below'), 'a', async () => {})).rejects.toThrow(/a-file/);
});

test('the oldest go when there are many: each change of a source makes another', async () => {
  const { folder, ask } = cache('many');
  for (let n = 0; n < 15; n += 1) await ask(`key${n}`);
  expect(readdirSync(folder)).toHaveLength(10);
});

test.each(['workflows/index.ts', 'model/manifest.ts', 'worker/bundle/build.ts', 'package-lock.json'])(
  'another %s makes another key; the same sources make the same',
  (changed) => {
    const copy = join(temporary, 'sources');
    for (const name of ['workflows', 'model', 'worker/bundle', 'package-lock.json'])
      cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    const before = bundleKey(copy);
    expect(bundleKey(copy)).toBe(before);
    writeFileSync(join(copy, changed), ' \n', { flag: 'a' });
    expect(bundleKey(copy)).not.toBe(before);
    rmSync(copy, { recursive: true });
  },
);

test('a workflow more makes another key, and so does another place: traces name the sources by their paths', () => {
  const [one, other] = ['one', 'other'].map((name) => join(temporary, name));
  for (const folder of [one ?? '', other ?? '']) mkdirSync(join(folder, 'workflows'), { recursive: true });
  const before = bundleKey(one);
  expect(bundleKey(other)).not.toBe(before);
  writeFileSync(join(one ?? '', 'workflows', 'more.ts'), '');
  expect(bundleKey(one)).not.toBe(before);
});
