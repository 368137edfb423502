import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { Secrets } from '../../scripts/secrets/main.ts';

test('no secret of a whole run is left where it may not be, and what is said in the clear is found', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['scripts/secrets/main.ts', '--json'], { encoding: 'utf8', timeout: 400_000 });
  const told = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Secrets;
  expect({ found: told.found, stderr }).toEqual({ found: 0, stderr });
  expect(told.canaries).toBeGreaterThan(20);
  expect(told.places).toBeGreaterThan(50);
  expect(Math.min(told.allowed, told.twin)).toBeGreaterThan(0);
}, 420_000);
