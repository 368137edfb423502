import { expect, test } from 'vitest';
import type { JournalRecord, LedgerEntry } from '../../model/ledger.ts';
import type { Phase } from '../../model/names.ts';
import type { OutcomeWord } from '../../model/names.ts';
import { planHash, type Plan } from '../../model/plan.ts';
import { buildRestorePlan, removedItems, neededBesides, type RestoreInput, type Restorability } from '../../model/restore.ts';
import { finding, planOf } from './findings.ts';

const provider = finding('provider', { stage: 'oidc-role', provides: ['aws:role:x'] });
const user = finding('user', { stage: 'logging-role', uses: ['aws:role:x'] });
const application = finding('application', { phase: 'oidc-applications' });
const plan = planOf([provider, user, application]);

const entries = (...records: JournalRecord[]): LedgerEntry[] => records.map((record, i) => ({ at: `2026-01-01T00:00:0${i}.000Z`, record }));
const made = ({ hash }: { hash: string }): JournalRecord => ({ type: 'plan', planHash: hash, artifact: hash, items: 3 });
const intent = (item: string, { hash }: { hash: string }): JournalRecord => ({
  type: 'intent',
  item,
  planHash: hash,
  phase: 'permissions',
});
const outcome = (item: string, word: OutcomeWord, phase: Phase = 'permissions'): JournalRecord => ({
  type: 'outcome',
  phase,
  outcome: { item, outcome: word, reason: '' },
});
const plans = (...all: (Plan & { hash: string })[]) => new Map<string, Plan>(all.map((p) => [p.hash, p]));

test('what a run removed itself is given back, not what was gone already, came back, or was found again', () => {
  const removed = removedItems(
    entries(
      made(plan),
      intent(user.id, plan),
      outcome(user.id, 'removed'),
      outcome(provider.id, 'already-gone'),
      outcome(application.id, 'removed', 'oidc-applications'),
      outcome(application.id, 'blocked', 'oidc-applications'),
    ),
    plans(plan),
  );
  expect(removed.map((r) => [r.item.id, r.at])).toEqual([[user.id, '2026-01-01T00:00:02.000Z']]);
  const again: JournalRecord = { ...made(plan), again: [user.id] } as JournalRecord;
  expect(removedItems(entries(made(plan), outcome(user.id, 'removed'), again), plans(plan))).toEqual([]);
});

test('what took two tries comes back as it was before the first, unless somebody had put something in its place', () => {
  const whole = planOf([finding('user', { snapshot: { policies: ['a', 'b'], name: 'user' } })]);
  const rest = planOf([finding('user', { snapshot: { policies: ['b'], name: 'user' } })]);
  const other = planOf([finding('user', { snapshot: { policies: ['c'], name: 'user' } })]);
  const snapshotAfter = (second: Plan & { hash: string }) => {
    const journal = entries(made(whole), intent(user.id, whole), made(second), intent(user.id, second), outcome(user.id, 'removed'));
    return removedItems(journal, plans(whole, second))[0]?.item.snapshot;
  };
  expect(snapshotAfter(rest)).toEqual({ policies: ['a', 'b'], name: 'user' });
  expect(snapshotAfter(other)).toEqual({ policies: ['c'], name: 'user' });
});

const removedAll = removedItems(
  entries(made(plan), outcome(user.id, 'removed'), outcome(provider.id, 'removed'), outcome(application.id, 'removed')),
  plans(plan),
);

function input(more: Partial<RestoreInput> = {}, restorability: Record<string, Restorability> = {}): RestoreInput {
  const all = [user, provider, application].map(({ id }) => [id, restorability[id] ?? { losses: [] }] as const);
  return {
    last: plan,
    restores: 'offboarding-1_2',
    removed: removedAll,
    only: undefined,
    restorability: new Map(all),
    missing: new Set(),
    notRemoved: [],
    warnings: [],
    ...more,
  };
}

test('the order is the removal’s backwards, and what an item uses stands before it', () => {
  const { items, untouched } = buildRestorePlan(input());
  expect(items.map((i) => [i.id, i.dependsOn])).toEqual([
    [application.id, []],
    [provider.id, []],
    [user.id, [provider.id]],
  ]);
  expect(untouched).toEqual([]);
});

test('what nothing brings back is told with the reason, and what used it is given back with that loss', () => {
  const restore = buildRestorePlan(input({}, { [provider.id]: { impossible: 'kept for 30 days' } }));
  expect(restore.untouched).toEqual([{ system: provider.system, id: provider.id, reason: 'kept for 30 days' }]);
  const item = restore.items.find((i) => i.id === user.id);
  expect(item).toMatchObject({ dependsOn: [], losses: [`${provider.id}, which it uses, cannot be given back (kept for 30 days)`] });
  expect(restore.warnings).toEqual(['1 of 2 things will not be quite the same again: read what each loses before you approve']);
});

test('what a cloud refuses without a thing that never comes back is left out with it, and says so', () => {
  const restore = buildRestorePlan(input({}, { [provider.id]: { impossible: 'kept for 7 days', indispensable: true } }));
  expect(restore.items.map((i) => i.id)).toEqual([application.id]);
  expect(restore.untouched.map((u) => [u.id, u.reason])).toEqual([
    [provider.id, 'kept for 7 days'],
    [user.id, `${provider.id}, which it uses, cannot be given back (kept for 7 days)`],
  ]);
});

test('a chosen item whose provider is away is left out with the option to add; one whose provider is there comes back', () => {
  const only = [user.id];
  expect(neededBesides(removedAll, only).map((r) => r.item.id)).toEqual([provider.id]);
  const without = buildRestorePlan(input({ only, missing: new Set([provider.id]) }));
  expect([without.items, without.untouched[0]?.reason]).toEqual([[], expect.stringContaining(`--item ${provider.id}`)]);
  expect(buildRestorePlan(input({ only })).items.map((i) => i.id)).toEqual(only);
});

test('the hash covers what is lost, what stays away, and which run is undone', () => {
  const hashes = [
    buildRestorePlan(input()),
    buildRestorePlan(input({}, { [user.id]: { losses: ['a new id'] } })),
    buildRestorePlan(input({ restores: 'offboarding-1_3' })),
    buildRestorePlan(input({ notRemoved: [{ system: user.system, id: 'x', reason: 'gone before' }] })),
  ].map((p) => planHash(p));
  expect(new Set(hashes).size).toBe(4);
});

test('a guard or an override of the removal is none of the restore', () => {
  const held = planOf([finding('user', { hold: { code: 'Shared', reason: 'needed' } })], {
    overrides: [{ item: user.id, reason: 'asked the owner' }],
  });
  const removed = removedItems(entries(made(held), intent(user.id, held), outcome(user.id, 'removed')), plans(held));
  const [item] = buildRestorePlan(input({ last: held, removed })).items;
  expect(item).not.toHaveProperty('override');
  expect(item).not.toHaveProperty('hold');
  expect(item?.why[0]).toContain('removed by offboarding-1_2 at 2026-01-01');
});

test('what is made again is marked, and so is what uses it where it is another one by its identity', () => {
  const marks = (sameIdentity: boolean) =>
    buildRestorePlan(input({}, { [provider.id]: { losses: ['a new id'], recreated: { sameIdentity } } })).items.map((i) => [
      i.id,
      i.recreated,
    ]);
  expect(marks(false)).toEqual([
    [application.id, undefined],
    [provider.id, 'itself'],
    [user.id, 'used'],
  ]);
  expect(marks(true).at(-1)).toEqual([user.id, undefined]);
  const only = buildRestorePlan(input({ only: [user.id] }, { [provider.id]: { losses: [], recreated: { sameIdentity: false } } }));
  expect(only.items[0]?.recreated).toBeUndefined();
});
