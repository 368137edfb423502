import { expect, test } from 'vitest';
import type { AnyCloud } from '../../../../activities/cloud.ts';
import { applyTogether } from '../../../../activities/apply/engine.ts';
import { RefusedError } from '../../../../activities/answer.ts';
import { heldUntilBack, RESTORE } from '../../../../activities/apply/operations/restore.ts';
import { emptyLedger, record, type Ledger } from '../../../../model/ledger.ts';
import type { OutcomeWord } from '../../../../model/names.ts';
import type { PlanItem } from '../../../../model/plan.ts';
import type { ToRestore } from '../../../../model/restore.ts';
import { finding, planOf } from '../../../model/findings.ts';

const plan = planOf([finding('account', { kind: 'thing', snapshot: { name: 'account' } })]);
const account = plan.items[0] as PlanItem;
const user: ToRestore = { ...account, id: 'user', dependsOn: [account.id] };

function ledgerWith(outcome: OutcomeWord, waived = false): Ledger {
  const ledger = emptyLedger();
  record(ledger, {
    at: '2026-01-01',
    record: { type: 'outcome', phase: 'permissions', outcome: { item: account.id, outcome, reason: '' } },
  });
  if (waived) ledger.waived.set(account.id, { by: 'riley', reason: 'theirs now' });
  return ledger;
}

test('what uses a thing made again waits until that is back, and stays away where that is waived: another may have its name', () => {
  const held = (item: ToRestore, ledger: Ledger) => heldUntilBack(item, ledger)?.code;
  expect(held(user, ledgerWith('blocked'))).toBe('Dependency');
  expect(held(user, ledgerWith('blocked', true))).toBeUndefined();
  expect(held({ ...user, recreated: 'used' }, ledgerWith('blocked', true))).toBe('NotBack');
  expect(held({ ...user, recreated: 'used' }, ledgerWith('restored'))).toBeUndefined();
});

/** A cloud in which the thing is there, the same in every field that can be. */
function steps(ledger: Ledger) {
  const kind = { name: 'thing', read: () => Promise.resolve(account.snapshot), undo: { comparable: (s: unknown) => s } };
  return {
    cloud: { type: 'aws', kinds: [kind] } as unknown as AnyCloud,
    api: {},
    ledger,
    known: new Set<string>(),
    settle: 1,
  };
}

test('what was to be made again and is there already was made by somebody else, unless this restore began it', async () => {
  const outcome = async (item: ToRestore, ledger = emptyLedger()) => {
    const [attempt] = await applyTogether(RESTORE, [item], steps(ledger), () => Promise.resolve());
    return attempt && 'outcome' in attempt ? (attempt.outcome.code ?? attempt.outcome.outcome) : undefined;
  };
  expect(await outcome(account)).toBe('already-there');
  expect(await outcome({ ...account, recreated: 'itself' })).toBe('NameTaken');
  const begun = emptyLedger();
  begun.begun.add(account.id);
  expect(await outcome({ ...account, recreated: 'itself' }, begun)).toBe('restored');
});

test('what was deleted just now and is not yet among the deleted ones is asked for again before it counts as purged', async () => {
  const tried = async (refusals: number) => {
    let calls = 0;
    let there = false;
    const undo = {
      comparable: (snapshot: unknown) => snapshot,
      restore: () => {
        if (calls++ < refusals) return Promise.reject(new RefusedError('Purged', 'no longer among the deleted items'));
        there = true;
        return Promise.resolve();
      },
    };
    const kind = { name: 'thing', undo, read: () => Promise.resolve(there ? account.snapshot : undefined) };
    const cloud = { type: 'aws', kinds: [kind], classify: (e: RefusedError) => e.failure } as unknown as AnyCloud;
    const reach = { cloud, api: {}, ledger: emptyLedger(), known: new Set<string>(), settle: 1 };
    const [attempt] = await applyTogether(RESTORE, [account], reach, () => Promise.resolve());
    return attempt && 'outcome' in attempt ? (attempt.outcome.code ?? attempt.outcome.outcome) : undefined;
  };
  expect(await tried(2)).toBe('restored');
  expect(await tried(9)).toBe('Purged');
});
