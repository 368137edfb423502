import { expect, test } from 'vitest';
import { combine } from '../../../model/guards/combine.ts';

test('several guards are one with the first code and all reasons; none is none', () => {
  const one = { code: 'One', reason: 'first' };
  expect(combine(undefined, one, { code: 'Two', reason: 'second' })).toEqual({ hold: { code: 'One', reason: 'first; second' } });
  expect(combine(undefined)).toEqual({});
});
