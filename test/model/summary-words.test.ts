import { describe, expect, test } from 'vitest';
import type { JournalRecord } from '../../model/ledger.ts';
import { summarize } from '../../model/summary.ts';
import { stayingByDecision, leftoverWords, outcomeWords } from '../../model/summary-words.ts';
import { finding, planOf } from './findings.ts';

const ITEMS = { count: 1, hash: 'h' };

/** A run whose plan holds `held` and `other` and leaves `kept`, and what its journal says afterwards. */
function summaryOf(...records: JournalRecord[]) {
  const plan = planOf([finding('held'), finding('other'), finding('kept')], { protected: ['kept'] });
  const started: JournalRecord = { type: 'run-started', workflowId: 'w', startedBy: 'sam', manifestHash: 'm', tenantId: 't' };
  const lines = [started, ...records].map((record, i) => ({ at: `2026-01-01T00:00:0${i}.000Z`, record }));
  return summarize(lines, plan);
}

const outcome = (item: string, word: 'blocked' | 'removed'): JournalRecord => ({
  type: 'outcome',
  phase: 'permissions',
  outcome: { item, outcome: word, reason: 'so' },
});
const waive: JournalRecord = {
  type: 'decision',
  decision: { kind: 'waive', items: ITEMS, by: 'riley', reason: 'locked by its owner' },
  items: ['aws-role:held'],
};
const verified = (...leftovers: string[]): JournalRecord => ({ type: 'verified', leftovers, unknown: [] });

describe('what is left over', () => {
  test('is not known before the verification', () => {
    expect(leftoverWords(summaryOf(outcome('aws-role:held', 'blocked'), waive))).toBe('not verified');
  });

  test('names what was found', () => {
    expect(leftoverWords(summaryOf(verified('aws-role:other')))).toBe('aws-role:other');
  });

  test('is never just nothing where something stays by decision, and that is told with who and why', () => {
    const summary = summaryOf(outcome('aws-role:held', 'blocked'), waive, outcome('aws-role:other', 'removed'), verified());
    expect(leftoverWords(summary)).toBe('nothing but what stays by decision: 1 waived, 1 protected');
    expect(stayingByDecision(summary)).toEqual([
      { item: 'aws-role:held', how: 'waived', why: 'waived by riley, left as it is: locked by its owner' },
      { item: 'aws-role:kept', how: 'protected', why: 'protected by the manifest that sam started with' },
    ]);
  });

  test('what was waived and went after all does not stay', () => {
    const summary = summaryOf(outcome('aws-role:held', 'blocked'), waive, outcome('aws-role:held', 'removed'), verified());
    expect(stayingByDecision(summary).map((s) => s.item)).toEqual(['aws-role:kept']);
  });

  test('is nothing where nothing stays', () => {
    expect(leftoverWords({ leftovers: [], items: [], untouched: [], startedBy: 'sam', unknown: [] })).toBe('nothing');
  });
});

test('sign-in is disabled, everything else is removed', () => {
  const item = (phase: 'sign-in' | 'permissions', word: 'removed' | 'already-gone') => ({
    item: 'x',
    title: 'x',
    phase,
    why: [],
    outcome: { item: 'x', outcome: word, reason: '' },
  });
  expect(outcomeWords(item('sign-in', 'removed'))).toBe('disabled');
  expect(outcomeWords(item('sign-in', 'already-gone'))).toBe('disabled already');
  expect(outcomeWords(item('permissions', 'removed'))).toBe('removed');
});
