import { expect, test } from 'vitest';
import { recentlyUsed } from '../../../model/guards/recent-use.ts';

test('what was used lately is held, and says by what', () => {
  const hold = recentlyUsed('last used 2026-11-20T08:00:00.000Z in eu-west-1');
  expect(hold?.code).toBe('RecentlyUsed');
  expect(hold?.reason).toMatch(/^recently used: last used 2026-11-20T08:00:00.000Z in eu-west-1; find out who still needs it/);
});

test('what nobody knows a use of is free', () => {
  expect(recentlyUsed(undefined)).toBeUndefined();
});
