import { expect, test } from 'vitest';
import { describeDiff } from '../../model/diff.ts';

test('differences are told by path, what was before and what is now', () => {
  const before = { trust: { aud: 'a' }, tags: ['x'], gone: 1 };
  const after = { trust: { aud: 'b' }, tags: ['x', 'y'], came: null };
  expect(describeDiff(before, after)).toBe('came: nothing → null; gone: 1 → nothing; tags: ["x"] → ["x","y"]; trust.aud: "a" → "b"');
});

test('the same definition differs in nothing, whatever the order of its keys', () => {
  expect(describeDiff({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 })).toBe('');
});

test('a wholly different value is told as such', () => {
  expect(describeDiff('a', ['a'])).toBe('it: "a" → ["a"]');
});

test('more than five are counted, and long values cut', () => {
  const of = (value: string) => Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`k${i}`, value]));
  const told = describeDiff(of('a'), of('b'.repeat(500)));
  expect(told.split('; ')).toHaveLength(6);
  expect(told).toMatch(/; and 3 more$/);
  expect(told).toContain('…');
  expect(told.length).toBeLessThan(1_000);
});
