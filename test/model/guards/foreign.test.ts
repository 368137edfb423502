import { describe, expect, test } from 'vitest';
import { finding, planOf } from '../findings.ts';

const payroll = finding('payroll', {
  kind: 'entra-oidc-application',
  id: 'entra-oidc-application:payroll',
  title: 'Payroll (api://payroll)',
  why: ['the manifest names its identifier URI api://payroll'],
  confidence: 'name-only',
  onlyNamed: true,
  provides: ['aws:audience:api://payroll'],
});
const overrides = [{ item: payroll.id, reason: 'no longer used by anybody' }];
const user = finding('oidc', { uses: ['aws:audience:api://payroll'] });

describe('what nothing but the manifest’s word connects with Permissions Management', () => {
  test('stays whatever overrides it, unless the worker’s policy allows foreign things, and that is said first of all', () => {
    const plan = planOf([payroll], { overrides });
    expect(plan.items).toEqual([]);
    expect(plan.untouched).toMatchObject([
      { id: payroll.id, reason: expect.stringMatching(/^NOT RECOGNISED AS MEPM's.*policy does not allow/) as string },
    ]);
    expect(plan.warnings[0]).toMatch(/^NOT RECOGNISED AS MEPM's: Payroll .* stays although an override names it/);
  });

  test('goes by an override where the policy allows it, and the plan says so first of all', () => {
    const plan = planOf([payroll], { overrides, foreignThings: true });
    expect(plan.items.map((i) => i.id)).toEqual([payroll.id]);
    expect(plan.warnings[0]).toMatch(/^NOT RECOGNISED AS MEPM's: Payroll .* goes on the word of the manifest/);
    expect(planOf([payroll], { foreignThings: true }).untouched[0]?.reason).toMatch(/^NOT RECOGNISED AS MEPM's.*name it under overrides/);
  });

  test.each([
    ['by name only', { confidence: 'name-only' as const }],
    ['doubted', { hold: { code: 'Doubt', reason: 'ours only through something that may be others’' } }],
    ['doubted among other things', { hold: { code: 'Shared', reason: 'both', parts: [{ code: 'Doubt', reason: 'so' }] } }],
  ])('is not connected by a user that is %s: agreement among such proves nothing', (_how, change) => {
    expect(planOf([payroll, { ...user, ...change }], { overrides }).items.map((i) => i.id)).not.toContain(payroll.id);
  });
});

test('what something ours for certain uses is recognised, and stays so in a later plan without it', () => {
  const plan = planOf([payroll, user], { overrides });
  const item = plan.items.find((i) => i.id === payroll.id);
  expect(item).toMatchObject({ override: 'no longer used by anybody' });
  expect(item).not.toHaveProperty('onlyNamed');
  expect(plan.warnings).toEqual([]);
});
