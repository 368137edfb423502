import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { workflowBundle } from '../../worker/bundle/index.ts';
import { bundleKey } from '../../worker/bundle/inputs.ts';
import { suite } from '../harness/suite.ts';

const temporary = mkdtempSync(join(tmpdir(), 'offboard-bundle-'));
afterAll(() => rmSync(temporary, { recursive: true }));

test('the bundle is built into the user’s cache under the hash of its sources', async () => {
  const said: string[] = [];
  const { code } = await workflowBundle({ XDG_CACHE_HOME: temporary }, (why) => said.push(why));
  const [file = '', ...others] = readdirSync(join(temporary, 'mepm-offboard', 'workflows'));
  expect([said, others]).toEqual([[], []]);
  expect(file.startsWith(bundleKey())).toBe(true);
  expect(readFileSync(join(temporary, 'mepm-offboard', 'workflows', file), 'utf8')).toBe(code);
});

test('a cache that cannot be written is told, and the same bundle is built in memory', async () => {
  const file = join(temporary, 'a-file');
  writeFileSync(file, '');
  const said: string[] = [];
  const { code } = await workflowBundle({ XDG_CACHE_HOME: file }, (why) => said.push(why));
  expect(said).toEqual([expect.stringMatching(/cannot be kept \(.*a-file.*built in memory/) as string]);
  expect(code).toBe(readFileSync(suite('workflowBundle'), 'utf8'));
});
