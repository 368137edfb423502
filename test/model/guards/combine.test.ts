import { expect, test } from 'vitest';
import { combine } from '../../../model/guards/combine.ts';

test('several guards are one with the first code and all reasons; none is none', () => {
  const one = { code: 'One', reason: 'first' };
  const two = { code: 'Two', reason: 'second' };
  expect(combine(undefined, one, two)).toEqual({ hold: { code: 'One', reason: 'first; second', parts: [one, two] } });
  expect(combine(one)).toEqual({ hold: one });
  expect(combine(undefined)).toEqual({});
});
