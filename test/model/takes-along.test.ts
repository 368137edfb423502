import { describe, expect, test } from 'vitest';
import { heldBack } from '../../activities/apply/operations/remove.ts';
import { refusalToRemove } from '../../model/approval.ts';
import { emptyLedger } from '../../model/ledger.ts';
import type { Finding } from '../../model/finding.ts';
import type { PlanItem } from '../../model/plan.ts';
import { finding, planOf } from './findings.ts';

/** A stack of an OIDC role and its policy; a role elsewhere trusts that role. */
const role = finding('oidc', { provides: ['aws:role:oidc'], uses: ['aws:policy:p'] });
const policy = finding('p', { kind: 'aws-policy', id: 'aws-policy:p', provides: ['aws:policy:p'] });
const member = finding('member', { system: 'aws:999900001111', uses: ['aws:role:oidc'], stage: 'member-roles' });
const stack = finding('s', { kind: 'aws-cloudformation-stack', id: 'aws-cloudformation-stack:s', contains: [role.id, policy.id] });
const item = (plan: { items: PlanItem[] }, f: Finding) => plan.items.find((i) => i.id === f.id) as PlanItem;

test('what takes others along waits for all they wait for, and they wait for it', () => {
  const plan = planOf([policy, role, stack, member]);
  expect(plan.items.map((i) => i.id)).toEqual([member.id, stack.id, role.id, policy.id]);
  expect(item(plan, stack).dependsOn).toEqual([member.id]);
  expect(item(plan, role).dependsOn).toEqual([stack.id, member.id].toSorted());
  expect(item(plan, stack).guard).toBeUndefined();
});

describe('it stays, whatever overrides it, while something it would take along', () => {
  const overrides = [{ item: stack.id, reason: 'the owner agreed to it' }];
  test.each([
    ['is protected', planOf([policy, role, stack], { overrides, protected: [role.id] })],
    ['is ours by name only', planOf([policy, { ...role, confidence: 'name-only' }, stack], { overrides })],
    ['is held', planOf([policy, { ...role, hold: { code: 'RecentlyUsed', reason: 'used yesterday' } }, stack], { overrides })],
  ])('%s', (_name, plan) => {
    expect(item(plan, stack).guard?.reason).toContain(role.id);
  });
});

test('an override of what it takes along lets it go', () => {
  const held = { ...role, hold: { code: 'RecentlyUsed', reason: 'used yesterday' } };
  const plan = planOf([policy, held, stack], { overrides: [{ item: role.id, reason: 'that was our own test' }] });
  expect(item(plan, stack).guard).toBeUndefined();
});

test('a waiver of either keeps the other in place', () => {
  const plan = planOf([policy, role, stack]);
  const ledger = emptyLedger();
  ledger.waived.set(stack.id, { by: 'riley', reason: 'keep' });
  expect(heldBack(item(plan, policy), plan, { ...ledger, outcomes: new Map([[role.id, removed(role)]]) })).toMatchObject({
    code: 'OwnedByStack',
  });

  const other = emptyLedger();
  Object.assign(other, { startedBy: 'sam', planHash: plan.hash });
  const approvals = [{ decision: { by: 'riley', reason: 'read' }, expiresAt: '2027-01-01T00:00:00Z' }];
  other.gates.set('plan', { gate: 'plan', opening: 1, planHash: plan.hash, decided: 'approved', approvals } as never);
  const authority = { now: new Date('2026-01-01'), fault: () => undefined, quorum: () => 1 };
  const refusal = () => refusalToRemove(item(plan, stack), { plan, hash: plan.hash }, other, authority)?.reason;
  expect(refusal()).toBeUndefined();
  other.waived.set(role.id, { by: 'riley', reason: 'keep' });
  expect(refusal()).toContain(role.id);
});

function removed(f: Finding) {
  return { item: f.id, outcome: 'removed' as const, reason: '', phase: f.phase };
}
