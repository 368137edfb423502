import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../model/canonical.ts';
import type { ApproveDecision } from '../../../model/messages/approve.ts';
import { decide, type Decision } from '../../../model/messages/index.ts';
import type { DecisionContext } from '../../../model/messages/judging.ts';
import { effectivePolicy } from '../../../model/policy.ts';

const context: DecisionContext = {
  policy: { identity: 'asserted', approvers: ['sam', 'riley'], fourEyes: true, maxItems: 10 },
  startedBy: 'sam',
  now: new Date('2026-01-10T00:00:00Z'),
  gate: { gate: 'plan', opening: 2, planHash: 'aa', openedAt: '2026-01-09T00:00:00Z', expiresAt: '2026-01-11T00:00:00Z' },
  items: { ids: ['a', 'b'], unresolved: ['a', 'b', 'c'], hash: 'h' },
};
const approve: ApproveDecision = { kind: 'approve', gate: 'plan', opening: 2, planHash: 'aa', by: 'riley', reason: 'read it' };
const waive: Decision = { kind: 'waive', items: { count: 2, hash: 'h' }, by: 'riley', reason: 'keep' };
const amend: Decision = { kind: 'amend', by: 'riley', reason: 'access was mended', overrides: [] };
const attest: Decision = { kind: 'attest', collector: 'c', by: 'riley', statement: 'the portal is gone' };

describe('a decision stands', () => {
  test.each<[string, Decision, Partial<DecisionContext>]>([
    ['of an approver who did not start the run', approve, {}],
    [
      'of whoever started it, where four eyes are not asked for',
      { ...approve, by: 'sam' },
      { policy: { ...context.policy, fourEyes: false } },
    ],
    ['of an approver by another spelling', { ...approve, by: 'Riley' }, {}],
    ['to reject, also of whoever started it, by another spelling', { ...approve, kind: 'reject', by: 'Sam' }, {}],
    ['to amend, of whoever started it, by another spelling', { ...amend, by: 'SAM' }, {}],
    [
      'to confirm what the portal said, of who gets its mail, by another spelling',
      { ...attest, kind: 'confirm', by: 'Dana' },
      { recipient: 'dana' },
    ],
    ['to reject, also of whoever started it', { ...approve, kind: 'reject', by: 'sam' }, {}],
    ['to waive just the items that wait', waive, {}],
    ['to try them again', { ...waive, kind: 'retry' }, {}],
    ['to amend, of an approver', amend, {}],
    ['to amend, of whoever started it', { ...amend, by: 'sam' }, {}],
    ['to confirm what the portal said, of who gets its mail', { ...attest, kind: 'confirm', by: 'dana' }, { recipient: 'dana' }],
    ['to confirm it, of an approver', { ...attest, kind: 'confirm' }, { recipient: 'dana' }],
    ['to attest, of an approver', attest, {}],
  ])('%s', (_, decision, more) => {
    expect(decide(decision, { ...context, ...more })).toEqual({ ok: true });
  });
});

describe('a decision is refused', () => {
  test.each<[string, Decision, Partial<DecisionContext>, string]>([
    ['to approve one’s own run', { ...approve, by: 'sam' }, {}, 'SelfApproval'],
    ['of a stranger', { ...approve, by: 'mallory' }, {}, 'NotAnApprover'],
    ['to approve one’s own run by another spelling', { ...approve, by: ' SÁM' }, { startedBy: 'sa\u0301m' }, 'SelfApproval'],
    ['without a reason', { ...approve, reason: ' ' }, {}, 'ReasonMissing'],
    ['of an earlier opening', { ...approve, opening: 1 }, {}, 'GateNotOpen'],
    ['of the other gate', { ...approve, gate: 'collectors' }, {}, 'GateNotOpen'],
    ['when no gate is open', approve, { gate: undefined }, 'GateNotOpen'],
    ['of another plan', { ...approve, planHash: 'bb' }, {}, 'PlanHashMismatch'],
    ['in the moment the gate closes', approve, { now: new Date('2026-01-11T00:00:00Z') }, 'GateExpired'],
    ['to reject, of a stranger', { ...approve, kind: 'reject', by: 'mallory' }, {}, 'NotAnApprover'],
    ['to waive by another count', { ...waive, items: { count: 3, hash: 'h' } }, {}, 'ItemsMismatch'],
    ['to waive by another hash', { ...waive, items: { count: 2, hash: 'x' } }, {}, 'ItemsMismatch'],
    ['to waive what does not wait', waive, { items: { ids: ['a', 'z'], unresolved: ['a', 'b'], hash: 'h' } }, 'ItemsMismatch'],
    ['to waive nothing', { ...waive, items: { count: 0, hash: 'h' } }, { items: { ids: [], unresolved: [], hash: 'h' } }, 'ItemsMismatch'],
    ['to waive what could not be signed in to', waive, { notSignedIn: ['b'] }, 'NotAllowed'],
    ['to waive, of whoever started the run', { ...waive, by: 'sam' }, {}, 'SelfApproval'],
    ['to try again, of a stranger', { ...waive, kind: 'retry', by: 'mallory' }, {}, 'NotAnApprover'],
    ['to amend, of a stranger', { ...amend, by: 'mallory' }, {}, 'NotAnApprover'],
    ['to amend without a reason', { ...amend, by: 'sam', reason: '' }, {}, 'SelfApproval'],
    [
      'to confirm what the portal said, of a stranger',
      { ...attest, kind: 'confirm', by: 'mallory' },
      { recipient: 'dana' },
      'NotAnApprover',
    ],
    ['to confirm it where nobody is known to get the mail', { ...attest, kind: 'confirm', by: 'dana' }, {}, 'NotAnApprover'],
    ['to attest one’s own run’s collectors', { ...attest, by: 'sam' }, {}, 'SelfApproval'],
    ['to attest without a statement', { ...attest, statement: '' }, {}, 'ReasonMissing'],
  ])('%s', (_, decision, more, code) => {
    expect(decide(decision, { ...context, ...more })).toMatchObject({ ok: false, code });
  });
});

test('a manifest may tighten the worker’s policy, never loosen it', () => {
  const floor = { identity: 'asserted' as const, approvers: ['riley', 'third'], fourEyes: true, maxItems: 100 };
  const manifest = (approvers: string[], maxItems: number) => ({ approvers, breakers: { maxItems } });
  expect(effectivePolicy(floor, manifest(['riley', 'mallory'], 10))).toEqual({
    identity: 'asserted',
    approvers: ['riley'],
    fourEyes: true,
    maxItems: 10,
  });
  expect(effectivePolicy(floor, manifest(['Riley'], 1_000)).approvers).toEqual(['riley']);
  expect(effectivePolicy(floor, manifest(['mallory'], 1_000))).toEqual({
    identity: 'asserted',
    approvers: [],
    fourEyes: true,
    maxItems: 100,
  });
});

describe('a policy that demands a ticket', () => {
  const demanding = { ...context, policy: { ...context.policy, ticket: 'CHG\\d{4}' } };
  const waive = { kind: 'waive' as const, items: { count: 1, hash: sha256('a') }, by: 'riley', reason: 'kept' };
  const items = { ids: ['a'], unresolved: ['a'], hash: sha256('a') };

  test.each([
    [undefined, false],
    ['CHG12', false],
    ['CHG12345', false],
    ['CHG1234', true],
  ])('takes a decision with the ticket %s: %s', (ticket, ok) => {
    const verdict = decide({ ...waive, ...(ticket === undefined ? {} : { ticket }) }, { ...demanding, items });
    expect(verdict).toMatchObject(ok ? { ok } : { ok, code: 'TicketMissing' });
  });

  test('never hinders whoever stops a run', () => {
    expect(decide({ kind: 'pause', by: 'anybody' }, demanding).ok).toBe(true);
  });
});
