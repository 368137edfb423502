import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { RoundTrip } from '../../scripts/roundtrip.ts';
import { suite } from '../harness/suite.ts';

/** The two commands that a doubter types: as processes of their own, with a Temporal server and a sandbox of their own. */

const ROOT = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'offboard-process-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program of this project in a folder of its own; its exit code and the last line it printed. */
function typed(...args: string[]): Promise<{ code: number; last: string }> {
  const env = { PATH: process.env['PATH'], HOME: folder, TEMPORAL_CLI_PATH: suite('temporalBinary') };
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd: mkdtempSync(join(folder, 'run-')), env, maxBuffer: 2 ** 26 }, (error, out, err) => {
      if (error) process.stderr.write(err.slice(-4_000));
      done({ code: error ? Number(error.code ?? 1) : 0, last: out.trimEnd().split('\n').at(-1) ?? '' });
    });
  });
}

test('the demonstration takes what is ours and changes nothing of the others', { timeout: 600_000 }, async () => {
  const { code, last } = await typed(join(ROOT, 'client', 'main.ts'), 'demo', '--auto', '--json');
  expect(code).toBe(0);
  const result = JSON.parse(last) as { leftovers: number; status: string; untouched: { objects: number; changed: number } };
  expect(result).toMatchObject({ status: 'completed', leftovers: 0 });
  expect(result.untouched.objects).toBeGreaterThanOrEqual(50);
  expect(result.untouched.changed).toBe(0);
});

test('the hostile estate: all that can come back comes back identical', { timeout: 600_000 }, async () => {
  const { code, last } = await typed(join(ROOT, 'scripts', 'roundtrip.ts'), '--json', '--estate', join(ROOT, 'estates', 'hostile.yaml'));
  expect(code).toBe(0);
  const { restorable, restored, identical, unrestorable, untouched } = JSON.parse(last) as RoundTrip;
  expect(restorable).toBeGreaterThanOrEqual(30);
  expect(restored).toBe(restorable);
  expect(identical).toBe(restorable);
  // A stack that retained its secret would make it a second time.
  expect(new Set(unrestorable.map((u) => u.kind))).toEqual(new Set(['aws-cloudformation-stack', 'data-collector']));
  expect(untouched.objects).toBeGreaterThanOrEqual(500);
  expect(untouched.changed).toBe(0);
});
