import { expect, test } from 'vitest';
import { doubt, doubtOf } from '../../../model/guards/doubt.ts';

test('what is ours only through something doubted is held, and the reason tells the chain', () => {
  expect(doubt('the role deploy, whose trust also lets in GitHub')).toEqual({
    code: 'Doubt',
    reason:
      'ours only through the role deploy, whose trust also lets in GitHub; find out whose it is, then name it under overrides with a reason',
  });
});

test('where nothing is doubted nothing is held', () => {
  expect(doubt(undefined)).toBeUndefined();
});

test.each<[string, (string | undefined)[], string | undefined]>([
  ['one that is certain is enough', ['a', undefined, 'b'], undefined],
  ['each of the doubts is told, once', ['b', 'a', 'b'], 'a; or through b'],
  ['what rests on nothing is not doubted', [], undefined],
])('of several proofs %s', (_name, proofs, told) => {
  expect(doubtOf(proofs)).toBe(told);
});
