import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../model/finding.ts';
import { ourselves } from '../../../model/guards/ourselves.ts';
import { finding, planInput, planOf } from '../findings.ts';

const ROLE = 'arn:aws:iam::111122223333:role/team/entry';
const role = { standsFor: [ROLE, 'entry', '/team/entry'] };
const { facts } = planInput([]);
const leaving = (own: string[], findings: Finding[], more: Parameters<typeof planOf>[1] = {}) =>
  planOf(findings, { ...more, facts: { ...facts, ourselves: own } });

test.each([
  ['a role by its ARN', role, ROLE],
  ['a role by its name', role, 'entry'],
  ['a role by path and name, with or without the first slash', role, 'team/entry'],
  [
    'a principal in whatever case its id is written',
    { standsFor: ['5D2F81A4-7C06-4E93-B1D8-93A6F0C4E201'] },
    '5d2f81a4-7c06-4e93-b1d8-93a6f0c4e201',
  ],
])('what the worker runs under is its own: %s', (_name, thing, own) => {
  expect(ourselves(thing, { ourselves: ['somebody', own] })).toBe(`this worker runs under ${own}`);
});

test.each([
  ['another identity', role, ['offboarding-worker']],
  ['a part of a name', role, ['try', 'ent']],
  ['a worker that nothing is known of', role, undefined],
  ['what stands for nobody', {}, ['entry']],
])('it is not with %s', (_name, thing, own) => {
  expect(ourselves(thing, own === undefined ? {} : { ourselves: own })).toBeUndefined();
});

describe('in a plan', () => {
  const self = finding('me', { standsFor: ['me'], uses: ['aws:role:oidc'] });
  const other = finding('other');

  test('what the worker runs under is never planned, not even by an override', () => {
    const plan = leaving(['me'], [self, other]);
    expect(plan.items.map((i) => i.id)).toEqual(['aws-role:other']);
    expect(plan.untouched).toMatchObject([{ id: 'aws-role:me', reason: 'this worker runs under me' }]);
    const overrides = [{ item: 'aws-role:me', reason: 'whatever may come' }];
    expect(() => leaving(['me'], [self], { overrides })).toThrow('overrides: aws-role:me');
  });

  test('what a person can do something about is held with that step, and no override lifts it; waived it stays, with what it needs', () => {
    const mine = { ...self, ownStep: 'let it enter elsewhere', hold: { code: 'RecentlyUsed', reason: 'used yesterday' } };
    const needed = finding('oidc', { provides: ['aws:role:oidc'] });
    const plan = leaving(['me'], [mine, needed]);
    expect(plan.items.map((i) => [i.id, i.guard?.code])).toEqual([
      ['aws-role:me', 'Ourselves'],
      ['aws-role:oidc', 'Shared'],
    ]);
    expect(plan.items[0]?.guard?.reason).toBe('this worker runs under me: let it enter elsewhere; used yesterday');
    const overrides = [{ item: 'aws-role:me', reason: 'whatever may come' }];
    expect(() => leaving(['me'], [mine], { overrides })).toThrow('overrides: aws-role:me');
    const waived = leaving(['me'], [mine, needed], { leftAlone: [{ item: 'aws-role:me', reason: 'waived by riley', keeps: 'way' }] });
    expect(waived.items.map((i) => [i.id, i.guard?.code])).toEqual([['aws-role:oidc', 'Shared']]);
    expect(leaving(['you'], [mine, needed]).items.map((i) => i.guard?.code)).toEqual(['RecentlyUsed', undefined]);
  });

  test('what it needs is held with it', () => {
    const plan = leaving(['me'], [self, finding('oidc', { provides: ['aws:role:oidc'] })]);
    expect(plan.items).toMatchObject([{ id: 'aws-role:oidc', guard: { code: 'Shared', reason: 'still needed by aws-role:me' } }]);
  });

  test('what stands for others is planned', () => {
    expect(leaving(['you'], [self, other]).items).toHaveLength(2);
  });
});
