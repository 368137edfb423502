import { describe, expect, test } from 'vitest';
import { heldBack } from '../../activities/apply/operations/remove.ts';
import { leftAlone } from '../../activities/plan/left-alone.ts';
import type { Waiver } from '../../model/decided.ts';
import { choiceWords, together } from '../../model/choice.ts';
import { keptOf, needsOf } from '../../model/left-in-place.ts';
import { emptyLedger, record, type Ledger } from '../../model/ledger.ts';
import type { Outcome } from '../../model/outcome.ts';
import { finding, planOf } from './findings.ts';

/** An account that others may act as, what it works with, and a second account of the same custom role. */
const hold = { code: 'SharedServiceAccount', reason: 'others may act as it', keeps: 'means' as const, who: ['group:x'] };
const account = finding('account', { provides: ['account'], hold });
const role = finding('role', { uses: ['account', 'custom'], serves: [{ token: 'account', as: 'means' }] });
const custom = finding('custom', { provides: ['custom'], serves: [{ token: 'account', as: 'means' }] });
const entry = finding('entry', { uses: ['account'], serves: [{ token: 'account', as: 'entry' }] });
const locked = finding('locked', { uses: ['provider'] });
const provider = finding('provider', { provides: ['provider'] });
const signIn = finding('sign-in', { id: 'entra-ciem-sign-in:ciem', phase: 'sign-in', provides: ['ciem:sign-in'] });
const collectorOf = finding('portal', { uses: ['ciem:sign-in'] });
const plan = planOf([account, role, custom, entry, locked, provider, signIn, collectorOf]);

function held(name: string, waivers: { [name: string]: Pick<Waiver, 'keeps'> }): Outcome | undefined {
  const item = plan.items.find((i) => i.id === name || i.id === `aws-role:${name}`);
  return item && heldBack({ ...item, dependsOn: [] }, plan, waived(waivers));
}

function waived(waivers: { [name: string]: Pick<Waiver, 'keeps'> }): Ledger {
  const ledger = emptyLedger();
  for (const [name, waiver] of Object.entries(waivers)) ledger.waived.set(`aws-role:${name}`, { by: 'riley', reason: 'so', ...waiver });
  return ledger;
}

describe('what is held for the sake of a thing', () => {
  test('waits for what becomes of that, and says so', () => {
    expect(held('role', {})).toMatchObject({ code: 'Shared', keeps: 'means', heldFor: [account.id] });
    expect(held('account', {})).toMatchObject({ code: hold.code, keeps: 'means' });
    expect(held('account', {})).not.toHaveProperty('heldFor');
  });

  test('is free once that is left as an orphan', () => {
    for (const name of ['role', 'custom', 'entry']) expect(held(name, { account: {} })).toBeUndefined();
  });

  test('stays held where that is kept working, and is asked about by itself then', () => {
    for (const name of ['role', 'custom']) {
      expect(held(name, { account: { keeps: 'means' } })).toMatchObject({ code: 'Shared' });
      expect(held(name, { account: { keeps: 'means' } })).not.toHaveProperty('heldFor');
    }
    expect(held('entry', { account: { keeps: 'means' } })).toBeUndefined();
    expect(held('entry', { account: { keeps: 'way' } })).toMatchObject({ code: 'Shared', reason: `still needed by ${account.id}` });
  });
});

test('what a kept thing needs is held, though no guard stood when the plan was made; left as an orphan it holds nothing', () => {
  expect(held('provider', {})).toBeUndefined();
  expect(held('provider', { locked: {} })).toBeUndefined();
  expect(held('provider', { locked: { keeps: 'way' } })).toMatchObject({ code: 'Shared', reason: `still needed by ${locked.id}` });
});

test('sign-in is held by name where something kept needs it', () => {
  expect(held(signIn.id, { portal: { keeps: 'way' } })).toMatchObject({ code: 'Shared', reason: `still needed by ${collectorOf.id}` });
});

test('a plan that is made again agrees: kept holds what it needs, left holds nothing', () => {
  const guards = (keeps: Pick<Waiver, 'keeps'>) =>
    planOf([account, role, custom, entry], { leftAlone: leftAlone(waived({ account: keeps })) })
      .items.filter((i) => i.guard)
      .map((i) => i.id);
  expect(guards({ keeps: 'means' }).toSorted()).toEqual([custom.id, role.id]);
  expect(guards({})).toEqual([]);
});

describe('a waiver', () => {
  const outcome = (item: string, more: Partial<Outcome> = {}): Outcome => ({ item, outcome: 'blocked', reason: 'r', code: 'C', ...more });
  const outcomes = new Map(
    [outcome('shared', { keeps: 'means' }), outcome('locked')].map((o) => [o.item, { ...o, phase: 'permissions' as const }]),
  );

  test('means what the guard of each says, unless it says itself what it means', () => {
    expect(keptOf(['shared', 'locked'], undefined, { outcomes })).toEqual({ shared: 'means' });
    expect(keptOf(['shared', 'locked'], 'keep', { outcomes })).toEqual({ shared: 'means', locked: 'way' });
    expect(keptOf(['shared', 'locked'], 'leave', { outcomes })).toEqual({});
  });

  test('says in the records which of the two it meant', () => {
    const ledger = emptyLedger();
    const decision = { kind: 'waive' as const, by: 'riley', reason: 'so', items: { count: 2, hash: 'h' } };
    record(ledger, {
      at: '2026-01-01T00:00:00Z',
      record: { type: 'decision', decision, items: ['shared', 'locked'], kept: { shared: 'means' } },
    });
    expect(Object.fromEntries(ledger.waived)).toEqual({
      shared: { by: 'riley', reason: 'so', keeps: 'means' },
      locked: { by: 'riley', reason: 'so' },
    });
    expect(leftAlone(ledger).map((l) => l.reason)).toEqual(['waived by riley, to go on working: so', 'waived by riley, left as it is: so']);
  });

  test('is asked for with what each choice means for the rest', () => {
    const item = plan.items.find((i) => i.id === account.id);
    const asked = item && needsOf(item, outcome(account.id, { keeps: 'means' }), plan, emptyLedger());
    expect(asked).toEqual({ needs: { count: 2, first: [custom.id, role.id] } });
    expect(choiceWords({ ...outcome(account.id, { keeps: 'means' }), ...asked })).toEqual([
      `waive --keep (unless told otherwise): it goes on working; with it stays ${custom.id}, ${role.id}`,
      `waive --leave: it stays as it is and may stop working: it loses ${custom.id}, ${role.id}`,
    ]);
  });

  test('of what could not be read, tells what a waiver costs, and offers none where nobody could sign in', () => {
    const [told, ...more] = choiceWords({ code: 'UnreadSystem' });
    expect(more).toEqual([]);
    expect(told).toMatch(/without knowing who in there needs it, and the run ends as leftovers.*\(exclude\) can end as completed/);
    expect(choiceWords({ code: 'NotSignedIn' })).toEqual([]);
    expect(choiceWords({ code: 'NoCredentials' })).toEqual([]);
  });

  test('what belongs together stands together', () => {
    const all = [outcome('role', { heldFor: ['account'] }), outcome('other'), outcome('custom', { heldFor: ['role'] }), outcome('account')];
    expect(together(all).map((o) => o.item)).toEqual(['other', 'account', 'role', 'custom']);
  });
});
