import { expect, test } from 'vitest';
import { falseVerdicts } from '../../scripts/chaos/false-verdicts.ts';
import type { PlanItem } from '../../model/plan.ts';
import type { OutcomeWord } from '../../model/names.ts';

const item = { id: 'aws-role:arn:aws:iam::1:role/a', kind: 'aws-role', system: 'aws:1', snapshot: {} } as unknown as PlanItem;
const told = (outcome: OutcomeWord) => ({
  items: [{ item: item.id, title: '', phase: 'permissions' as const, why: [], outcome: { item: item.id, outcome, reason: '' } }],
});

test.each([
  ['removed', true, 1],
  ['already-gone', true, 1],
  ['removed', false, 0],
  ['blocked', true, 0],
  ['blocked', false, 1],
] as const)('records that say %s of what is still there (%s) are false %i times', (outcome, isThere, times) => {
  expect(falseVerdicts([item], told(outcome), new Set(isThere ? [item.id] : []), [])).toHaveLength(times);
});

test('an item of which the records say nothing must be there', () => {
  expect(falseVerdicts([item], { items: [] }, new Set(), [])).toEqual([expect.stringContaining('the records say nothing, and it is gone')]);
  expect(falseVerdicts([item], { items: [] }, new Set([item.id]), [])).toEqual([]);
});
