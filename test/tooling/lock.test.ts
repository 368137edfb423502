import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Lock {
  packages: Record<string, { integrity?: string; link?: boolean }>;
}

test('every package of the lock has the hash of what is installed, whatever machine it is for', () => {
  const { packages } = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as Lock;
  const all = Object.entries(packages).filter(([path, { link }]) => path !== '' && !link);
  expect(all.length).toBeGreaterThan(400);
  expect(all.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path)).toEqual([]);
});
