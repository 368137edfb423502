import { expect, test } from 'vitest';
import { matchesWildcard } from '../../model/wildcard.ts';

test.each([
  ['sts:assumerole', 'sts:assumerole', true],
  ['sts:*', 'sts:assumerole', true],
  ['*', '', true],
  ['', '', true],
  ['?', '', false],
  ['s?s:*role', 'sts:assumerole', true],
  ['*a*b', 'aab', true],
  ['*a*b', 'aabc', false],
  ['a*', 'b', false],
  ['a.c', 'abc', false],
  ['[a]+', 'a', false],
])('%s matches %s: %s', (pattern, text, matches) => {
  expect(matchesWildcard(pattern, text)).toBe(matches);
});

test('many stars take no longer than few', () => {
  const text = `${'s'.repeat(20_000)}!`;
  expect(matchesWildcard(`${'s*'.repeat(2_000)}x`, text)).toBe(false);
});
