import { describe, expect, test } from 'vitest';
import type { ApproveDecision } from '../../model/messages/approve.ts';
import { refusalToRemove } from '../../model/approval.ts';
import { collectorsLeft, emptyLedger, record, unresolvedItems, type JournalRecord } from '../../model/ledger.ts';
import type { Gate, OutcomeWord, Phase } from '../../model/names.ts';
import { countPhase } from '../../model/outcome.ts';
import type { PlanItem } from '../../model/plan.ts';
import { takenBefore } from '../../model/statement/taken.ts';
import { finding, planOf } from './findings.ts';

const role = finding('a');
const app = finding('app', { phase: 'oidc-applications' });
const collector = finding('c', { kind: 'data-collector', id: 'data-collector:c', phase: 'data-collection' });
const signIn = finding('ciem', { phase: 'sign-in' });
const plan = planOf([role, app, collector, signIn]);
const HASH = plan.hash;
const NOW = new Date('2026-01-10T00:00:00Z');
const AUTHORITY = { now: NOW, fault: () => undefined, quorum: () => 1 };

const started: JournalRecord = { type: 'run-started', workflowId: 'w', startedBy: 'sam', manifestHash: 'aa', tenantId: 't' };
const planned = (planHash = HASH): JournalRecord => ({ type: 'plan', planHash, artifact: 'x', items: 4 });
const opened = (gate: Gate, planHash = HASH): JournalRecord => ({
  type: 'gate-opened',
  gate,
  opening: 1,
  planHash,
  openedAt: '',
  expiresAt: '',
});
const approved = (gate: Gate, expiresAt = '2026-02-01T00:00:00Z'): JournalRecord => {
  const decision: ApproveDecision = { kind: 'approve', gate, opening: 1, planHash: HASH, by: 'riley', reason: 'read' };
  return { type: 'decision', decision, expiresAt };
};
const outcome = (item: string, word: OutcomeWord, phase: Phase): JournalRecord => ({
  type: 'outcome',
  phase,
  outcome: { item, outcome: word, reason: '' },
});
const waived = (...items: string[]): JournalRecord => {
  const decision = { kind: 'waive' as const, items: { count: items.length, hash: '' }, by: 'riley', reason: 'keep' };
  return { type: 'decision', decision, items };
};
const ledgerOf = (...records: JournalRecord[]) => {
  const ledger = emptyLedger();
  for (const r of records) record(ledger, { at: '', record: r });
  return ledger;
};
const item = (f: { id: string }) => plan.items.find((i) => i.id === f.id) as PlanItem;

const BASE = [started, planned(), opened('plan'), approved('plan')];
const PHASE_1 = outcome(role.id, 'removed', 'permissions');
const PHASE_2 = outcome(app.id, 'already-gone', 'oidc-applications');
const BOTH = [...BASE, PHASE_1, PHASE_2, opened('collectors'), approved('collectors')];

describe('a removal is covered', () => {
  test.each([
    ['by an approved plan', role, BASE],
    ['when the phase before is resolved', app, [...BASE, PHASE_1]],
    ['when the phase before is waived', app, [...BASE, outcome(role.id, 'blocked', 'permissions'), waived(role.id)]],
    ['by both gates', collector, BOTH],
  ])('%s', (_, f, records) => {
    expect(refusalToRemove(item(f), { plan, hash: HASH }, ledgerOf(...records), AUTHORITY)).toBeUndefined();
  });
});

describe('a removal is refused', () => {
  test.each<[string, { id: string }, JournalRecord[], string]>([
    ['in a run nobody started', role, BASE.slice(1), 'knows no such run'],
    ['once the run has ended', role, [...BASE, { type: 'run-ended', status: 'cancelled', reason: '' }], 'the run has ended (cancelled)'],
    ['once another plan is in force', role, [...BASE, planned('bb')], 'is not the plan in force'],
    ['before approval', role, BASE.slice(0, 3), 'gate plan holds no approval'],
    [
      'when the approval was of another plan',
      role,
      [started, planned(), opened('plan', 'bb'), approved('plan')],
      'gate plan holds no approval',
    ],
    ['when an approval names a gate that was never opened', role, [started, planned(), approved('plan')], 'gate plan holds no approval'],
    ['when the gate was rejected', role, [...BASE, { type: 'gate-closed', gate: 'plan', opening: 1, outcome: 'rejected' }], 'no approval'],
    [
      'when the approval has expired',
      role,
      [...BASE.slice(0, 3), approved('plan', NOW.toISOString())],
      'by riley counts no longer: expired at',
    ],
    ['while an earlier phase is unresolved', app, BASE, 'items of earlier phases are unresolved, such as aws-role:a'],
    ['while an earlier item is blocked', app, [...BASE, outcome(role.id, 'blocked', 'permissions')], 'unresolved'],
    ['behind the second gate, with the first only', collector, [...BASE, PHASE_1, PHASE_2], 'gate collectors holds no approval'],
    ['of sign-in while a collector is open', signIn, BOTH, 'such as data-collector:c'],
  ])('%s', (_, f, records, told) => {
    expect(refusalToRemove(item(f), { plan, hash: HASH }, ledgerOf(...records), AUTHORITY)?.reason).toContain(told);
  });

  test('of what is not in the plan, whatever else is approved', () => {
    const stranger = { ...item(role), id: 'aws-role:production' };
    expect(refusalToRemove(stranger, { plan, hash: HASH }, ledgerOf(...BASE), AUTHORITY)?.reason).toBe(
      'aws-role:production is not in the plan',
    );
  });
});

test('an intent stays open until an outcome resolves it', () => {
  const intent: JournalRecord = { type: 'intent', item: role.id, planHash: HASH, phase: 'permissions' };
  expect([...ledgerOf(intent).openIntents]).toEqual([role.id]);
  expect([...ledgerOf(intent, outcome(role.id, 'failed', 'permissions')).openIntents]).toEqual([role.id]);
  expect([...ledgerOf(intent, PHASE_1).openIntents]).toEqual([]);
});

test('a retry takes a waiver back', () => {
  const retry: JournalRecord = {
    type: 'decision',
    decision: { kind: 'retry', items: { count: 1, hash: '' }, by: 'riley', reason: 'mended' },
    items: [role.id],
  };
  const blocked = outcome(role.id, 'blocked', 'permissions');
  expect(unresolvedItems(ledgerOf(blocked, waived(role.id)), plan, 'permissions')).toEqual([]);
  expect(unresolvedItems(ledgerOf(blocked, waived(role.id), retry), plan, 'permissions')).toEqual([role.id]);
});

test('a waived or blocked collector still collects: only a removed one does not', () => {
  expect(collectorsLeft(ledgerOf(), plan)).toEqual([collector.id]);
  expect(collectorsLeft(ledgerOf(outcome(collector.id, 'blocked', 'data-collection'), waived(collector.id)), plan)).toEqual([collector.id]);
  expect(collectorsLeft(ledgerOf(outcome(collector.id, 'removed', 'data-collection')), plan)).toEqual([]);
  const withoutIt = planOf([role]);
  expect(collectorsLeft(ledgerOf(outcome(collector.id, 'blocked', 'data-collection')), withoutIt)).toEqual([collector.id]);
});

test('each outcome is counted once, a waiver only where the item is unresolved', () => {
  const words: OutcomeWord[] = [
    'removed',
    'already-gone',
    'skipped',
    'blocked',
    'failed',
    'blocked',
    'removed',
    'restored',
    'already-there',
    'already-there',
  ];
  const outcomes = words.map((word, i) => ({ item: String(i), outcome: word, reason: '' }));
  expect(countPhase('permissions', outcomes, new Set(['5', '6']))).toEqual({
    phase: 'permissions',
    removed: 2,
    alreadyGone: 1,
    restored: 1,
    alreadyThere: 2,
    skipped: 1,
    blocked: 1,
    failed: 1,
    waived: 1,
  });
});

describe('what was said by a word that counts no longer', () => {
  const again: JournalRecord = { type: 'reopened', items: [role.id], why: 'riley said so' };
  const held = [...BASE, outcome(role.id, 'blocked', 'permissions'), waived(role.id)];

  test('a waived item is open again: nothing of a later phase goes, and that waits for it', () => {
    const ledger = ledgerOf(...held, again);
    expect(unresolvedItems(ledger, plan, 'permissions')).toEqual([role.id]);
    expect([...ledger.reopened.keys()]).toEqual([role.id]);
    expect(refusalToRemove(item(app), { plan, hash: HASH }, ledger, AUTHORITY)).toMatchObject({ waits: true });
  });

  test.each<[string, JournalRecord]>([
    ['another waiver', waived(role.id)],
    ['its removal', outcome(role.id, 'removed', 'permissions')],
    ['another plan, which holds it', planned()],
  ])('%s settles it', (_, settled) => {
    expect([...ledgerOf(...held, again, settled).reopened]).toEqual([]);
  });

  test('a collector is confirmed by nobody any more, and known not to be gone', () => {
    const decision = { kind: 'confirm' as const, collector: collector.id, by: 'dana', statement: 'gone' };
    const confirmed: JournalRecord[] = [{ type: 'decision', decision }, outcome(collector.id, 'removed', 'data-collection')];
    const taken: JournalRecord[] = [
      { type: 'reopened', items: [collector.id], why: '' },
      outcome(collector.id, 'blocked', 'data-collection'),
    ];
    expect(collectorsLeft(ledgerOf(...BOTH, ...confirmed), plan)).toEqual([]);
    const ledger = ledgerOf(...BOTH, ...confirmed, ...taken);
    expect([ledger.confirmed.size, collectorsLeft(ledger, plan)]).toEqual([0, [collector.id]]);
  });
});

test('a run is stopped by whoever pauses or cancels it, until it is resumed', () => {
  const said = (...kinds: ('pause' | 'cancel' | 'resume')[]) =>
    ledgerOf(...BASE, ...kinds.map((kind): JournalRecord => ({ type: 'decision', decision: { kind, by: 'sam' } }))).stopped;
  expect(said()).toBe(undefined);
  expect(said('pause')).toBe(true);
  expect(said('cancel')).toBe(true);
  expect(said('pause', 'resume')).toBe(undefined);
  expect(said('pause', 'resume', 'pause')).toBe(true);
});

test('a statement was taken once a decision or a step of a collector holds it, at the time at which it came first', () => {
  const proof = { statement: '{"says":"resume"}', signature: '' };
  const resume = (arrivedAt?: string): JournalRecord => ({
    type: 'decision',
    decision: { kind: 'resume', by: 'riley', proof },
    ...(arrivedAt === undefined ? {} : { arrivedAt }),
  });
  const ready: JournalRecord = { type: 'collector', collector: collector.id, event: 'ready', proof, arrivedAt: 'a' };
  expect(takenBefore(ledgerOf().taken, proof, 'a')).toBeUndefined();
  expect(takenBefore(ledgerOf(resume('a')).taken, undefined, 'a')).toBeUndefined();
  expect(takenBefore(ledgerOf(resume('a'), resume('b')).taken, proof, 'a')).toBe('same');
  expect(takenBefore(ledgerOf(resume('a'), resume('b')).taken, proof, 'b')).toBe('another');
  expect(takenBefore(ledgerOf(ready).taken, proof, 'a')).toBe('same');
  // Of a release before.
  expect(takenBefore(ledgerOf(resume()).taken, proof, 'a')).toBe('another');
});
