import { expect, test } from 'vitest';
import { unproved } from '../../model/ending.ts';
import { emptyLedger, record, type JournalRecord } from '../../model/ledger.ts';
import type { RunStatus } from '../../model/names.ts';
import { finding, planOf } from './findings.ts';

const plan = planOf([finding('a'), finding('b')]);
const [a, b] = plan.items.map((i) => i.id) as [string, string];
const PLANNED: JournalRecord = { type: 'plan', planHash: 'h', artifact: 'x', items: 2 };
const intent = (item: string): JournalRecord => ({ type: 'intent', item, planHash: 'h', phase: 'permissions' });
const removed = (item: string): JournalRecord => ({
  type: 'outcome',
  phase: 'permissions',
  outcome: { item, outcome: 'removed', reason: 'gone' },
});
const verified = (leftovers: string[] = [], unknown: string[] = []): JournalRecord => ({ type: 'verified', leftovers, unknown });
const DONE = [PLANNED, intent(a), removed(a), intent(b), removed(b)];

function why(status: RunStatus, records: JournalRecord[]): string | undefined {
  const ledger = emptyLedger();
  for (const r of records) record(ledger, { at: '2026-01-01T00:00:00Z', record: r });
  return unproved(status, records, ledger, records.includes(PLANNED) ? plan : undefined);
}

test('a run is completed when all of its plan is done and a verification after that found nothing', () => {
  expect(why('completed', [...DONE, verified()])).toBeUndefined();
});

test.each<[what: string, records: JournalRecord[], why: string]>([
  ['no plan', [verified()], 'no plan was made'],
  ['something planned is not done', [PLANNED, intent(a), removed(a), verified()], '1 of 2 planned things are neither removed nor waived'],
  ['nobody verified', DONE, 'nobody verified that all is gone'],
  ['something was begun since', [...DONE, verified(), intent(a), removed(a)], 'nobody verified since the last change'],
  ['something was still there', [...DONE, verified([a])], '1 things were still there'],
  ['something could not be read', [...DONE, verified([], ['aws:1'])], 'nothing can be said about aws:1'],
  ['an earlier verification was better', [...DONE, verified(), verified([a])], '1 things were still there'],
])('it is not where %s', (_, records, words) => {
  expect(why('completed', records)).toBe(words);
});

test('a dry run and a refusal are none where something was begun; a weaker word needs no proof', () => {
  expect(why('dry-run', [PLANNED])).toBeUndefined();
  expect([why('dry-run', DONE), why('refused', DONE)]).toEqual(['things were changed', 'things were changed']);
  expect([why('leftovers', []), why('failed', DONE), why('cancelled', [])]).toEqual([undefined, undefined, undefined]);
});
