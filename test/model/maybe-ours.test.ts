import { expect, test } from 'vitest';
import { endWords, maybeOursAmong } from '../../model/maybe-ours.ts';
import { summarize } from '../../model/summary.ts';
import { leftoverWords } from '../../model/summary-words.ts';
import { finding, planOf } from './findings.ts';

const perhaps = (name: string, risk: 'takeover' | 'read' | 'none') => finding(name, { risk, confidence: 'name-only' });
const found = maybeOursAmong([perhaps('a', 'read'), perhaps('b', 'takeover'), perhaps('c', 'none'), finding('ours', { risk: 'takeover' })]);

test('what matches by name only is counted, the worst of it named', () => {
  expect(found).toEqual({ count: 3, worst: { item: 'aws-role:b', risk: 'takeover' } });
  expect(maybeOursAmong([finding('ours')])).toEqual({ count: 0, worst: null });
});

test('a run that completed says how many such things stay, worst first; one with none says nothing of them', () => {
  expect(endWords({ status: 'completed', maybeOurs: found })).toBe(
    'completed; 3 things that may be ours stay, worst: aws-role:b (takeover)',
  );
  expect(endWords({ status: 'completed', maybeOurs: maybeOursAmong([perhaps('c', 'none')]) })).toBe(
    'completed; 1 thing that may be ours stays, worst: aws-role:c',
  );
  expect(endWords({ status: 'completed', maybeOurs: maybeOursAmong([]) })).toBe('completed');
  expect(endWords({ status: 'denied' })).toBe('denied');
});

test('report and evidence never say that nothing is left where something may be ours', () => {
  const record = { type: 'verified' as const, leftovers: [], unknown: [], maybeOurs: found };
  const summary = summarize([{ at: '2026-01-01T00:00:00Z', record }], planOf([]));
  expect(summary.maybeOurs).toEqual(found);
  expect(leftoverWords(summary)).toBe('nothing that is ours for certain; 3 things that may be ours stay, worst: aws-role:b (takeover)');
});
