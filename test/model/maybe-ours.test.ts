import { expect, test } from 'vitest';
import { evidencePage } from '../../activities/evidence/page.ts';
import { renderReport } from '../../client/render/report.ts';
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

test('role assignments of principals that nobody knows count among them, in the end of a run, its report and its evidence', () => {
  const azureOrphans = [
    { scope: '/subscriptions/a', count: 2 },
    { scope: '/subscriptions/b', count: 1, unseen: 'Forbidden' },
  ];
  const alone = maybeOursAmong([finding('ours')], { azureOrphans });
  expect(alone).toEqual({ count: 3, worst: null, orphans: 3 });
  const told = '3 role assignments in Azure of principals that nobody knows (name the former object id under entra.formerPrincipals)';
  expect(endWords({ status: 'completed', maybeOurs: alone })).toBe(`completed; 3 things that may be ours stay, ${told}`);
  expect(endWords({ status: 'completed', maybeOurs: maybeOursAmong([perhaps('b', 'takeover')], { azureOrphans }) })).toBe(
    `completed; 4 things that may be ours stay, worst: aws-role:b (takeover), among them ${told}`,
  );
  const record = { type: 'verified' as const, leftovers: [], unknown: [], maybeOurs: alone };
  const summary = summarize([{ at: '2026-01-01T00:00:00Z', record }], planOf([]));
  expect(leftoverWords(summary)).toBe(`nothing that is ours for certain; 3 things that may be ours stay, ${told}`);
  for (const page of [
    renderReport(summary, 'offboard'),
    evidencePage({ version: 1, run: 'r', names: 'asserted, not proved', summary, undo: [], journal: { lines: 0, head: '' } }),
  ])
    expect(page).toContain(told);
});
