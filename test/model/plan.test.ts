import { describe, expect, test } from 'vitest';
import { batchesOf, BATCH_SYSTEMS, itemsOf, SMALL_ESTATE } from '../../model/batch.ts';
import type { Finding } from '../../model/finding.ts';
import { refuseTooManyEarly } from '../../model/plan.ts';
import type { SystemId } from '../../model/names.ts';
import { finding, planInput, planOf } from './findings.ts';

const provider = finding('oidc', { system: 'aws:999900001111', stage: 'management-role', provides: ['aws:role:oidc'] });
const members = ['a', 'b', 'c'].map((n, i) => finding(n, { system: `aws:${i}`, uses: ['aws:role:oidc'] }));
const app = finding('app', { kind: 'entra-application', id: 'entra-application:app', system: 'entra:t', phase: 'oidc-applications' });

function permutations<T>(values: T[]): T[][] {
  if (values.length < 2) return [values];
  return values.flatMap((v, i) => permutations(values.toSpliced(i, 1)).map((rest) => [v, ...rest]));
}

test('whatever the order of the findings, the plan and its hash are the same', () => {
  const plans = permutations([provider, ...members, app]).map((f) => planOf(f));
  expect(new Set(plans.map((p) => p.hash)).size).toBe(1);
  expect(plans[0]?.items.map((i) => i.id)).toEqual(['aws-role:a', 'aws-role:b', 'aws-role:c', 'aws-role:oidc', 'entra-application:app']);
});

test('anything that an approver would see changes the hash', () => {
  const { hash } = planOf([provider, ...members]);
  const others = [
    planOf([provider, ...members.slice(1)]),
    planOf([{ ...provider, snapshot: { other: true } }, ...members]),
    planOf([{ ...provider, why: ['another reason'] }, ...members]),
    planOf([provider, ...members], { manifestHash: 'bb' }),
    planOf([provider, ...members], { bystanders: [{ system: 'aws:1', id: 'x', why: 'not ours', uses: [] }] }),
    planOf([provider, ...members], { overrides: [{ item: 'aws-role:a', reason: 'looked at it' }] }),
  ];
  expect(new Set([hash, ...others.map((p) => p.hash)]).size).toBe(others.length + 1);
});

test('making a plan changes none of the findings', () => {
  const findings = [provider, ...members];
  const before = structuredClone(findings);
  planOf(findings);
  expect(findings).toEqual(before);
});

test('what provides a token waits for all that use it, across systems', () => {
  const plan = planOf([provider, ...members]);
  expect(plan.items.find((i) => i.id === 'aws-role:oidc')?.dependsOn).toEqual(['aws-role:a', 'aws-role:b', 'aws-role:c']);
  expect(plan.items.find((i) => i.id === 'aws-role:a')?.dependsOn).toEqual([]);
});

test('within a system users go before providers and the worst rights first', () => {
  const system: SystemId = 'aws:1';
  const policy = finding('a-policy', { system, provides: ['aws:policy:p'], risk: 'takeover' });
  const user = finding('z-role', { system, uses: ['aws:policy:p'], risk: 'read' });
  const owner = finding('m-role', { system, risk: 'takeover' });
  expect(planOf([policy, user, owner]).items.map((i) => i.id)).toEqual(['aws-role:m-role', 'aws-role:z-role', 'aws-role:a-policy']);
});

describe('what is left alone', () => {
  const left = (f: Finding, more: Parameters<typeof planOf>[1]) => {
    const plan = planOf([f, ...members], more);
    expect(plan.items.map((i) => i.id)).not.toContain(f.id);
    return plan.untouched.find((u) => u.id === f.id)?.reason;
  };

  test('protected items, by native id or by item id', () => {
    expect(left(provider, { protected: ['oidc'] })).toBe('protected by the manifest');
    expect(left(provider, { protected: ['aws-role:oidc'] })).toBe('protected by the manifest');
    expect(planOf([provider], { protected: ['oid'] }).items).toHaveLength(1);
  });

  test('what was settled before', () => {
    expect(left(provider, { leftAlone: [{ item: 'aws-role:oidc', reason: 'waived by riley: keep' }] })).toBe('waived by riley: keep');
  });

  test('what matches by name only, unless an override names it', () => {
    const named = finding('mciem-role', { confidence: 'name-only', why: ['its name'] });
    expect(left(named, {})).toMatch(/^matches by name only \(its name\)/);
    const plan = planOf([named], { overrides: [{ item: named.id, reason: 'ours, ticket 4711' }] });
    expect(plan.items).toMatchObject([{ id: named.id, override: 'ours, ticket 4711' }]);
  });
});

describe('guards', () => {
  const bystander = { system: 'aws:1' as const, id: 'DefenderForCloud-Ciem', why: 'Defender’s', uses: ['aws:role:oidc'] };

  test('a stranger that uses a token holds its provider, and only that', () => {
    const plan = planOf([provider, ...members], { bystanders: [bystander] });
    const guards = plan.items.map((i) => [i.id, i.guard?.code]);
    expect(guards.filter(([, code]) => code !== undefined)).toEqual([['aws-role:oidc', 'Shared']]);
    expect(plan.untouched).toEqual([{ system: 'aws:1', id: 'DefenderForCloud-Ciem', reason: 'Defender’s' }]);
  });

  test('an override lifts a guard and stays in the plan', () => {
    const plan = planOf([provider], { bystanders: [bystander], overrides: [{ item: provider.id, reason: 'Defender is off' }] });
    expect(plan.items[0]).toMatchObject({ override: 'Defender is off' });
    expect(plan.items[0]).not.toHaveProperty('guard');
  });

  test('a system that could not be read holds itself and what systems of its type may use, and no override lifts that', () => {
    const unknown = [{ system: 'aws:555' as const, reason: 'access denied' }];
    const overrides = [{ item: 'unread-system:aws:555', reason: 'surely nothing there' }];
    for (const plan of [planOf([provider, app], { unknown }), planOf([provider, app], { unknown, overrides })]) {
      expect(plan.items.find((i) => i.kind === 'unread-system')?.guard?.code).toBe('UnreadSystem');
      expect(plan.items.find((i) => i.id === 'aws-role:oidc')?.dependsOn).toEqual(['unread-system:aws:555']);
      expect(plan.items.find((i) => i.id === 'entra-application:app')?.dependsOn).toEqual([]);
      expect(plan.unknown).toEqual(unknown);
    }
    const elsewhere = planOf([provider], { unknown: [{ system: 'gcp:projects/p', reason: 'denied' }] });
    expect(elsewhere.items.find((i) => i.id === 'aws-role:oidc')?.dependsOn).toEqual([]);
  });
});

test('an override that names nothing, and more items than allowed, are refused', () => {
  expect(() => planOf([provider], { overrides: [{ item: 'aws-role:typo', reason: 'x' }] })).toThrow(
    'aws-role:typo is not among what was found',
  );
  expect(() => planOf(members, { maxItems: 2 })).toThrow('3 items were found and at most 2 are allowed');
  expect(planOf(members, { maxItems: 3 }).items).toHaveLength(3);
});

test('of a part of the estate only what the breaker forbids is refused: what an override names may be in the rest', () => {
  const read = { systems: 3, of: 10 };
  const input = (more: object) => planInput(members, { overrides: [{ item: 'aws-role:elsewhere', reason: 'x' }], ...more });
  expect(() => refuseTooManyEarly(input({ maxItems: 2 }), read)).toThrow(
    'breakers.maxItems: 3 items were found in the 3 of 10 systems that were read so far and at most 2 are allowed',
  );
  refuseTooManyEarly(input({ maxItems: 3 }), read);
  // What the manifest protects does not go.
  refuseTooManyEarly(input({ maxItems: 2, protected: ['aws-role:a'] }), read);
});

describe('batches', () => {
  const spread = (n: number) => Array.from({ length: n }, (_, i) => finding(`r${i}`, { system: `aws:${String(i).padStart(12, '0')}` }));

  test('a small estate shows each system, a large one is cut into shares', () => {
    expect(batchesOf(planOf(spread(SMALL_ESTATE)))).toHaveLength(SMALL_ESTATE);
    const large = batchesOf(planOf(spread(SMALL_ESTATE + 1)));
    expect(large.map((b) => [b.index, b.systems, b.label])).toEqual([
      [0, BATCH_SYSTEMS, '50 systems'],
      [1, 1, 'aws:000000000050'],
    ]);
  });

  test('together they hold every item once, in the plan’s order, and no two phases or stages meet', () => {
    const plan = planOf([...spread(120), provider, app]);
    const held = batchesOf(plan).flatMap((b) => itemsOf(plan, b));
    expect(held.map((i) => i.id)).toEqual(plan.items.map((i) => i.id));
    for (const b of batchesOf(plan)) expect(itemsOf(plan, b).every((i) => i.phase === b.phase && i.stage === b.stage)).toBe(true);
    expect(itemsOf(plan, { phase: 'sign-in', type: 'aws', wave: 'rest', stage: 'member-roles', index: 0 })).toEqual([]);
  });
});

describe('the share of a scope that may go', () => {
  const members = Array.from({ length: 10 }, (_, i) => finding(`m${i}`));
  const kindCounts = (seen: number) => [{ system: 'aws:111122223333' as const, kind: 'aws-role', seen }];

  test('stops a plan that would take nearly everything of a kind', () => {
    expect(() => planOf(members, { kindCounts: kindCounts(11), maxPercent: 90 })).toThrow(
      '10 of 11 things of the kind aws-role in aws:111122223333',
    );
  });
  test('lets a plan through that takes as much as is allowed', () => {
    expect(planOf(members, { kindCounts: kindCounts(12), maxPercent: 90 }).items).toHaveLength(10);
  });
  test('says nothing of a handful', () => {
    expect(planOf(members.slice(0, 9), { kindCounts: kindCounts(9), maxPercent: 90 }).items).toHaveLength(9);
  });
});
