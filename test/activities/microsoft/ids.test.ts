import { expect, test } from 'vitest';
import { nameOf, normalId, sameId } from '../../../activities/microsoft/ids.ts';

test('ids are the same in any case of letters, and not by prefix', () => {
  expect(sameId('/subscriptions/A1/x', '/SUBSCRIPTIONS/a1/X')).toBe(true);
  expect(sameId('/subscriptions/a1', '/subscriptions/a12')).toBe(false);
  expect(normalId('A1B2')).toBe('a1b2');
});

test('the name that ends an id keeps its letters', () => {
  expect(nameOf('/subscriptions/a1/providers/X/roleAssignments/7B1E')).toBe('7B1E');
});
