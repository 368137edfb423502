import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Figure } from '../../bench/figures.ts';

const BENCH = resolve('bench', 'main.ts');

test('ten systems are taken through by the script and by a whole run, and every figure is told', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'bench-'));
  const env = { ...process.env, OFFBOARD_BENCH_RESULTS: join(cwd, 'results') };
  const { stdout } = await promisify(execFile)(process.execPath, [BENCH, '--systems', '10', '--json'], { cwd, env });
  const { figures, machine } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {
    figures: Figure[];
    machine: { cores: number; node: string };
  };
  expect(machine.cores).toBeGreaterThan(0);
  expect(machine.node).toBe(process.version);
  for (const { name, median } of figures) expect.soft(median, name).toBeGreaterThan(0);
  expect(figures.map((f) => f.name)).toContain('durable ÷ bare');
});
