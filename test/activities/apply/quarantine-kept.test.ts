import { expect, test } from 'vitest';
import { quarantineNotKept } from '../../../activities/apply/quarantine-kept.ts';
import { emptyLedger, record, type JournalRecord, type Ledger } from '../../../model/ledger.ts';
import type { Manifest } from '../../../model/manifest.ts';
import type { PlanItem } from '../../../model/plan.ts';

const DAY = 86_400_000;
const MANIFEST = { mode: 'quarantine', waits: { quarantine: 7 * DAY } } as unknown as Manifest;
const item = (id: string, more: Partial<PlanItem> = {}) => ({ id, ...more }) as PlanItem;
const put = (id: string): JournalRecord => ({ type: 'intent', item: id, planHash: 'p', phase: 'permissions', quarantine: true });
const watched: JournalRecord = { type: 'watched', items: 1, unseen: [] };
const used = (id: string): JournalRecord => ({
  type: 'outcome',
  phase: 'permissions',
  outcome: { item: id, outcome: 'blocked', code: 'UsedInQuarantine', reason: 'last used today' },
});

/** A journal, each line with the day on which it was written. */
function journal(...lines: [day: number, record: JournalRecord][]): Ledger {
  const ledger = emptyLedger();
  for (const [day, r] of lines) record(ledger, { at: new Date(day * DAY).toISOString(), record: r });
  return ledger;
}

test('an item whose time in quarantine is over and was watched may be removed', () => {
  const ledger = journal([0, put('a')], [7, watched]);
  expect(quarantineNotKept(item('a'), ledger, MANIFEST, true)).toBeUndefined();
});

test.each([
  ['was never put there', journal([7, watched]), 'NotInQuarantine'],
  ['is there too short a time', journal([0, put('a')], [6, watched]), 'InQuarantine'],
  ['was not watched when its time was over', journal([0, put('a')]), 'InQuarantine'],
  ['was put there after the rest was watched', journal([0, put('b')], [5, put('a')], [7, watched]), 'InQuarantine'],
  ['was used, and nobody said what becomes of it', journal([0, put('a')], [7, watched], [7, used('a')]), 'UsedInQuarantine'],
])('one that %s is held', (_, ledger, code) => {
  expect(quarantineNotKept(item('a'), ledger, MANIFEST, true)).toMatchObject({ item: 'a', outcome: 'blocked', code });
});

test('one that an approver wants removed although it was used need not wait the whole time again', () => {
  const ledger = journal([0, put('a')], [6, used('a')], [6, put('a')], [7, watched]);
  ledger.outcomes.set('a', { item: 'a', outcome: 'quarantined', reason: '', phase: 'permissions' });
  expect(quarantineNotKept(item('a'), ledger, MANIFEST, true)).toBeUndefined();
});

test('what takes others along waits for their time', () => {
  const ledger = journal([0, put('role')], [5, watched]);
  expect(quarantineNotKept(item('stack', { contains: ['role'] }), ledger, MANIFEST, false)).toMatchObject({ code: 'InQuarantine' });
});

test('what has no such step, and a run without quarantine, wait for nothing', () => {
  expect(quarantineNotKept(item('a'), journal(), MANIFEST, false)).toBeUndefined();
  expect(quarantineNotKept(item('a'), journal(), { ...MANIFEST, mode: 'remove' }, true)).toBeUndefined();
});
