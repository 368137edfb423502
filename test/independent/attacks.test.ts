import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

interface Last {
  attacks: number;
  held: number;
  broken: string[];
  asserted: string[];
  changed: number;
}

test('every attack on who decides holds where signatures or sign-ins are demanded, and some succeed where names are asserted', () => {
  const { stdout } = spawnSync(process.execPath, ['scripts/attacks/main.ts', '--json'], { encoding: 'utf8', timeout: 580_000 });
  const lines = stdout.trim().split('\n');
  const last = JSON.parse(lines.at(-1) ?? '{}') as Last;
  expect(last).toMatchObject({ broken: [], changed: 0 });
  expect([last.attacks >= 350, last.held]).toEqual([true, last.attacks]);
  expect(last.asserted).toContain('approve in the clear, as a signal');
}, 600_000);

test('an attack that a mechanism holds succeeds as soon as that is switched off', () => {
  const { stdout } = spawnSync(process.execPath, ['scripts/attacks/main.ts', '--without', 'fourEyes', '--json'], {
    encoding: 'utf8',
    timeout: 300_000,
  });
  const told = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  const approve = { name: 'approve by whoever started the run', without: ['fourEyes'], got: 'taken', held: false };
  expect(told).toContainEqual({ ...approve, mode: 'ssh' });
  expect(told).toContainEqual({ ...approve, mode: 'entra' });
  expect(told.at(-1)).toMatchObject({ attacks: 4, real: 4, notReal: [] });
}, 300_000);
