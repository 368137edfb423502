import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'offboard-start-up-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** `help` in a process of its own, with its user's cache there. */
async function help(cache: string): Promise<{ stdout: string; stderr: string }> {
  return await promisify(execFile)(process.execPath, ['client/main.ts', 'help'], { env: { XDG_CACHE_HOME: cache } });
}

test('what a command compiles is kept in the user’s cache', async () => {
  expect((await help(folder)).stderr).toBe('');
  expect(readdirSync(join(folder, 'mepm-offboard', 'compiled'))).not.toEqual([]);
});

test('a cache that cannot be written is no fault, and nothing is said of it', async () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  const { stdout, stderr } = await help(file);
  expect(stderr).toBe('');
  expect(stdout).toContain('offboard takes Microsoft Entra Permissions Management out of a tenant');
  expect(existsSync(join(file, 'mepm-offboard'))).toBe(false);
});
