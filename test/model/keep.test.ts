import { describe, expect, test } from 'vitest';
import { refusalToRemove } from '../../model/approval.ts';
import type { Hold } from '../../model/finding.ts';
import { emptyLedger } from '../../model/ledger.ts';
import type { PlanInput } from '../../model/plan.ts';
import { finding, planOf } from './findings.ts';

/** A way as it stands in Google Cloud: a provider in a pool, the pool's grant on an account, the account's role, and what that role is. */
const application = finding('application', { provides: ['audience'] });
const provider = finding('provider', {
  provides: ['provider'],
  uses: ['pool', 'audience'],
  within: ['pool'],
  serves: [{ token: 'pool', as: 'entry' }],
});
const pool = finding('pool', { provides: ['pool'] });
const entry = finding('entry', {
  uses: ['account', 'pool'],
  within: ['account'],
  serves: [
    { token: 'account', as: 'entry' },
    { token: 'pool', as: 'means' },
  ],
});
const account = finding('account', { provides: ['account'], serves: [{ token: 'pool', as: 'means' }] });
const role = finding('role', { uses: ['account', 'custom'], serves: [{ token: 'account', as: 'means' }] });
const custom = finding('custom', { provides: ['custom'], serves: [{ token: 'account', as: 'means' }] });
const other = finding('other', { uses: ['other-account'], serves: [{ token: 'other-account', as: 'means' }] });
const WAY = [application, provider, pool, entry, account, role, custom, other];

const held = (name: string, keeps?: Hold['keeps']) =>
  WAY.map((f) =>
    f.id === `aws-role:${name}` ? { ...f, hold: { code: 'Some', reason: 'somebody needs it', ...(keeps ? { keeps } : {}) } } : f,
  );

function guarded(findings: typeof WAY, more: Partial<PlanInput> = {}): string[] {
  return planOf(findings, more)
    .items.filter((i) => i.guard)
    .map((i) => i.id.replace('aws-role:', ''))
    .toSorted();
}

describe('what is held with a thing', () => {
  test.each<[string, string, Hold['keeps'], string[]]>([
    ['that only waits for somebody: nothing', 'account', undefined, ['account']],
    ['that others work with: what it works with, and not our own way in', 'account', 'means', ['account', 'custom', 'role']],
    ['whose whole way is needed: all of it', 'account', 'way', ['account', 'application', 'custom', 'entry', 'pool', 'provider', 'role']],
    [
      'that others come through: all that can be reached through it',
      'provider',
      'means',
      ['account', 'custom', 'entry', 'pool', 'provider', 'role'],
    ],
    ['at the far end: the whole way to it', 'role', 'way', ['account', 'application', 'custom', 'entry', 'pool', 'provider', 'role']],
  ])('%s', (_what, name, keeps, expected) => {
    expect(guarded(held(name, keeps))).toEqual(expected);
  });

  test('an override of the thing frees what was held with it, one of what was held with it frees that alone', () => {
    const override = (name: string) => ({ overrides: [{ item: `aws-role:${name}`, reason: 'they moved elsewhere' }] });
    expect(guarded(held('account', 'means'), override('account'))).toEqual([]);
    expect(guarded(held('account', 'means'), override('role'))).toEqual(['account', 'custom']);
  });

  test('each says who needs it', () => {
    const plan = planOf(held('account', 'means'));
    expect(plan.items.find((i) => i.id === role.id)?.guard).toEqual({
      code: 'Shared',
      reason: 'still needed by aws-role:account (somebody needs it)',
      keeps: 'means',
      who: ['aws-role:account'],
    });
  });
});

describe('what stays without being planned', () => {
  test('protected: its whole way stays', () => {
    expect(guarded(WAY, { protected: [account.id] })).toEqual(['application', 'custom', 'entry', 'pool', 'provider', 'role']);
  });

  test('waived: only what the waiver keeps stays', () => {
    const waived = (more: object) => ({ leftAlone: [{ item: account.id, reason: 'waived by riley: theirs', ...more }] });
    expect(guarded(held('account', 'means'), waived({ keeps: 'means' }))).toEqual(['custom', 'role']);
    expect(guarded(held('account', 'means'), waived({}))).toEqual([]);
  });

  test('a stranger’s: what it uses, and the way to that', () => {
    const bystanders = [{ system: 'aws:1' as const, id: 'stranger', why: 'not ours', uses: ['pool'] }];
    expect(guarded(WAY, { bystanders })).toEqual(['application', 'pool', 'provider']);
  });
});

describe('a container stays while anything in it stays', () => {
  const overrides = [{ item: pool.id, reason: 'its owner agreed to it' }];

  test.each<[string, typeof WAY, Partial<PlanInput>]>([
    ['held for whatever reason', held('provider'), {}],
    ['protected', WAY, { protected: [provider.id] }],
    ['ours by name only', WAY.map((f) => (f === provider ? { ...f, confidence: 'name-only' as const } : f)), {}],
    ['waived in an earlier plan', WAY, { leftAlone: [{ item: provider.id, reason: 'waived by riley: keep' }] }],
  ])('%s, whatever overrides it', (_why, findings, more) => {
    expect(guarded(findings, { overrides, ...more })).toContain('pool');
    expect(planOf(findings, { overrides, ...more }).items.find((i) => i.id === pool.id)?.guard?.reason).toContain(
      `it would take ${provider.id} along`,
    );
  });

  test('waived in this plan: the removal of the container is refused', () => {
    const plan = planOf(WAY);
    const item = plan.items.find((i) => i.id === pool.id);
    const ledger = Object.assign(emptyLedger(), { startedBy: 'sam', planHash: plan.hash });
    const approvals = [{ decision: { by: 'riley', reason: 'read' }, expiresAt: '2027-01-01T00:00:00Z' }];
    ledger.gates.set('plan', {
      gate: 'plan',
      opening: 1,
      planHash: plan.hash,
      decided: 'approved',
      approvals,
      outcome: 'approved',
    } as never);
    const refusal = () =>
      item &&
      refusalToRemove(item, { plan, hash: plan.hash }, ledger, { now: new Date('2026-01-01'), fault: () => undefined, quorum: () => 1 })
        ?.reason;
    expect(refusal()).toBeUndefined();
    ledger.waived.set(provider.id, { by: 'riley', reason: 'still used' });
    expect(refusal()).toBe(`it would take ${provider.id} along, which an approver decided to leave in place`);
  });
});
