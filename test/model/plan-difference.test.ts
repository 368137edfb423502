import { expect, test } from 'vitest';
import { differenceWords } from '../../model/plan-difference.ts';
import { finding, planOf } from './findings.ts';

const plan = (...names: string[]) => planOf(names.map((n) => finding(n)));

test('the same items have no difference, in whatever order they were found', () => {
  expect(differenceWords(plan('a', 'b'), plan('b', 'a'))).toBeUndefined();
});

test('what is more, fewer and changed is told by name, the first of many', () => {
  const changed = planOf([finding('a', { risk: 'takeover' }), finding('b'), ...['d', 'e', 'f', 'g'].map((n) => finding(n))]);
  expect(differenceWords(plan('a', 'b', 'c'), changed)).toBe(
    '4 items more (aws-role:d, aws-role:e, aws-role:f and 1 more); 1 item fewer (aws-role:c); 1 item changed (aws-role:a)',
  );
});
