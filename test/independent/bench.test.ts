import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Figure } from '../../bench/figures.ts';

const BENCH = resolve('bench', 'main.ts');

interface Answer {
  figures: Figure[];
  machine: { cores: number; node: string };
}

async function bench(...args: string[]): Promise<Answer> {
  const cwd = mkdtempSync(join(tmpdir(), 'bench-'));
  const env = { ...process.env, OFFBOARD_BENCH_RESULTS: join(cwd, 'results') };
  const { stdout } = await promisify(execFile)(process.execPath, [BENCH, ...args, '--json'], { cwd, env });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Answer;
}

test('ten systems are taken through by the script and by a whole run, and every figure is told', async () => {
  const { figures, machine } = await bench('--systems', '10');
  expect(machine.cores).toBeGreaterThan(0);
  expect(machine.node).toBe(process.version);
  for (const { name, median } of figures) expect.soft(median, name).toBeGreaterThan(0);
  expect(figures.map((f) => f.name)).toContain('durable ÷ bare');
});

test('three AWS accounts of another house are emptied by a whole run and by two scripts, with the calls of each counted', async () => {
  const { figures } = await bench('--moto', '3', '--without-c7n-org');
  for (const { name, median } of figures) expect.soft(median, name).toBeGreaterThan(0);
  const calls = (name: string) => (figures.find((f) => f.name === `${name}: calls to IAM an account`)?.median ?? NaN) * 3;
  // Two inline policies, three roles, a managed policy taken off and deleted, and the provider.
  expect(calls('script that only writes')).toBeCloseTo(8, 1);
  expect(calls('script with the same calls')).toBeCloseTo(21, 1);
  expect(calls('phase 1')).toBeGreaterThanOrEqual(calls('script with the same calls'));
});
