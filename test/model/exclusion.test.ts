import { expect, test } from 'vitest';
import { excludedWords, exclusionOf } from '../../model/exclusion.ts';
import type { SystemId } from '../../model/names.ts';

const manifest = {
  exclude: {
    accounts: ['1111*'],
    subscriptions: ['aaaaaaaa-0000-4000-8000-*'],
    managementGroups: ['Sandbox'],
    folders: ['23'],
    projects: ['sys-*', 'example.com:*'],
  },
};

test.each<[SystemId, string | undefined]>([
  ['aws:111122223333', 'exclude.accounts: 1111*'],
  ['aws:211122223333', undefined],
  ['azure:/subscriptions/AAAAAAAA-0000-4000-8000-000000000001', 'exclude.subscriptions: aaaaaaaa-0000-4000-8000-*'],
  ['azure:/providers/Microsoft.Management/managementGroups/sandbox', 'exclude.managementGroups: Sandbox'],
  ['azure:/', undefined],
  ['gcp:folders/23', 'exclude.folders: 23'],
  ['gcp:folders/234', undefined],
  ['gcp:organizations/23', undefined],
  ['gcp:projects/sys-26380', 'exclude.projects: sys-*'],
  ['gcp:projects/my-sys-1', undefined],
  ['gcp:projects/example.com:web', 'exclude.projects: example.com:*'],
])('of %s the line that leaves it out is %s', (system, rule) => {
  expect(exclusionOf(manifest, system)?.rule).toBe(rule);
});

test('a pattern of many stars takes no longer than its length allows', () => {
  const pattern = `s${'*a'.repeat(30)}*b`;
  const began = performance.now();
  expect(exclusionOf({ exclude: { projects: [pattern] } }, `gcp:projects/s${'a'.repeat(10_000)}`)).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(2_000);
});

test('what is left out is told with how many and by which line', () => {
  const systems = ['gcp:projects/sys-1', 'gcp:projects/sys-2'] as const;
  const excluded = systems.map((system) => ({ system, rule: 'exclude.projects: sys-*' }));
  expect(excludedWords(excluded)).toBe(
    'nothing is known of 2 systems left out by the manifest (exclude.projects: sys-*: 2, such as gcp:projects/sys-1), nor of what lies below',
  );
  expect(excludedWords([])).toBeUndefined();
});
