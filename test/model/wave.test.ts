import { expect, test } from 'vitest';
import { refusalToRemove } from '../../model/approval.ts';
import { emptyLedger, record, type JournalRecord } from '../../model/ledger.ts';
import type { Gate } from '../../model/names.ts';
import { gatesBefore, pilotItems } from '../../model/wave.ts';
import { finding, planOf } from './findings.ts';

const provider = finding('oidc', { system: 'aws:999900001111', stage: 'management-role', provides: ['aws:role:oidc'] });
const first = finding('a', { system: 'aws:1', uses: ['aws:role:oidc'] });
const second = finding('b', { system: 'aws:2', uses: ['aws:role:oidc'] });
const signIn = finding('sign-in', { system: 'entra:t', phase: 'sign-in' });
const all = [provider, first, second, signIn];

const idsOf = (...pilot: string[]) => [...pilotItems(planOf(all, { pilot }))];

test('the pilot holds permissions of its systems only, and nothing that waits for others', () => {
  expect(idsOf('aws:1')).toEqual([first.id]);
  expect(idsOf('aws:1', 'aws:999900001111')).toEqual([first.id]);
  expect(idsOf('aws:1', 'aws:2', 'aws:999900001111').toSorted()).toEqual([first.id, second.id, provider.id].toSorted());
  expect(idsOf('entra:t')).toEqual([]);
});

test('what is not in the pilot needs the go-ahead, in every phase; without waves nothing does', () => {
  const plan = planOf(all, { pilot: ['aws:1'] });
  const gates = (plan_: typeof plan, id: string) => gatesBefore(plan_, plan_.items.find((i) => i.id === id) as (typeof plan.items)[number]);
  expect(gates(plan, first.id)).toEqual(['plan']);
  expect(gates(plan, second.id)).toEqual(['plan', 'wave']);
  expect(gates(plan, signIn.id)).toEqual(['plan', 'wave', 'collectors']);
  expect(gates(planOf(all), signIn.id)).toEqual(['plan', 'collectors']);
});

test('the last gatekeeper refuses the rest while only the plan is approved', () => {
  const plan = planOf(all, { pilot: ['aws:1'] });
  const now = new Date('2026-11-24T00:00:00Z');
  const gate = (name: Gate): JournalRecord[] => [
    { type: 'gate-opened', gate: name, opening: 1, planHash: plan.hash, openedAt: now.toISOString(), expiresAt: '2027-01-01T00:00:00Z' },
    {
      type: 'decision',
      decision: { kind: 'approve', gate: name, opening: 1, planHash: plan.hash, by: 'riley', reason: 'read it' },
      expiresAt: '2027-01-01T00:00:00Z',
    },
  ];
  const refusal = (id: string, ...records: JournalRecord[]) => {
    const ledger = emptyLedger();
    const begun: JournalRecord[] = [
      { type: 'run-started', workflowId: 'w', startedBy: 'sam', manifestHash: 'm', tenantId: 't' },
      { type: 'plan', planHash: plan.hash, artifact: 'p', items: plan.items.length },
    ];
    for (const r of [...begun, ...records]) record(ledger, { at: now.toISOString(), record: r });
    return refusalToRemove(plan.items.find((i) => i.id === id) as (typeof plan.items)[number], { plan, hash: plan.hash }, ledger, {
      now,
      fault: () => undefined,
      quorum: () => 1,
    })?.reason;
  };
  expect(refusal(first.id, ...gate('plan'))).toBeUndefined();
  expect(refusal(second.id, ...gate('plan'))).toContain('gate wave holds no approval');
  expect(refusal(second.id, ...gate('plan'), ...gate('wave'))).toBeUndefined();
});
