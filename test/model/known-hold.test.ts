import { expect, test } from 'vitest';
import { combine } from '../../model/guards/combine.ts';
import { recentlyUsed } from '../../model/guards/recent-use.ts';
import { sharedTrust } from '../../model/guards/shared.ts';
import { knownBefore } from '../../model/known-hold.ts';
import type { Hold } from '../../model/finding.ts';

const hold = (...holds: (Hold | undefined)[]): Hold => combine(...holds).hold ?? { code: 'None', reason: '' };
const LOCK = { code: 'ScopeLocked', reason: 'a lock at /subscriptions/1' };

test('nothing was decided about a hold that was not there', () => {
  expect(knownBefore(LOCK, undefined)).toBe(false);
  expect(knownBefore(hold(LOCK, sharedTrust(['a'])), LOCK)).toBe(false);
});

test('a hold that says the same, or less, is the one that was decided about', () => {
  expect(knownBefore(LOCK, LOCK)).toBe(true);
  expect(knownBefore(LOCK, hold(sharedTrust(['a']), LOCK))).toBe(true);
  expect(knownBefore(hold(sharedTrust(['a'])), hold(sharedTrust(['a', 'b'])))).toBe(true);
});

test('somebody new, or another reason, is not', () => {
  expect(knownBefore(hold(sharedTrust(['a', 'c'])), hold(sharedTrust(['a', 'b'])))).toBe(false);
  expect(knownBefore({ ...LOCK, reason: 'a lock at /' }, LOCK)).toBe(false);
  expect(knownBefore(hold(recentlyUsed('used on 2026-11-26')), LOCK)).toBe(false);
  expect(knownBefore(hold(sharedTrust(['a'])), { ...hold(sharedTrust(['a'])), code: 'SharedRole', reason: 'another' })).toBe(false);
});

test('that it was used once more says nothing new', () => {
  expect(knownBefore(hold(recentlyUsed('used on 2026-11-26')), hold(recentlyUsed('used on 2026-11-25')))).toBe(true);
});
