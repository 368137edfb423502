import { describe, expect, test } from 'vitest';
import type { Finding } from '../../model/finding.ts';
import { overrideFault } from '../../model/overridable.ts';
import type { PlanInput } from '../../model/plan.ts';
import { finding, planOf } from './findings.ts';

const REASON = 'looked at with its owner';
const arn = 'aws-role:arn:aws:iam::111122223333:role/Old';
const nobody = { waived: new Map() };

const fault = (item: string | string[], found: Finding[], more: Partial<PlanInput> = {}, foreignThings = false) =>
  overrideFault(
    [item].flat().map((one) => ({ item: one, reason: REASON })),
    planOf(found, more),
    nobody,
    foreignThings,
  );

describe('an override of an amendment is refused that names', () => {
  test('one item twice, in whatever spelling, with both places', () => {
    expect(fault([arn, arn.toLowerCase()], [finding('x', { id: arn })])).toEqual({
      code: 'InvalidValue',
      message: `overrides: ${arn.toLowerCase()} is named twice: it is the same as ${arn} (overrides.0.item; overrides.1.item); name it once`,
    });
    expect(fault([arn, arn], [finding('x', { id: arn })])?.message).toContain('is named twice (overrides.0.item; overrides.1.item)');
  });

  test('nothing of the plan', () => {
    expect(fault('aws-role:typo', [finding('a')])).toMatchObject({
      code: 'InvalidValue',
      message: expect.stringContaining('neither planned') as string,
    });
  });

  test.each<[string, string, Partial<Finding>, Partial<PlanInput>, string]>([
    ['what the manifest protects', 'aws-role:a', {}, { protected: ['aws-role:a'] }, 'protected by the manifest'],
    ['what the worker runs under', 'aws-role:a', { standsFor: ['worker'] }, {}, 'this worker runs under worker'],
    [
      'what the worker enters by',
      'aws-role:a',
      { standsFor: ['worker'], ownStep: 'take it out of the trust' },
      {},
      'take it out of the trust',
    ],
    [
      'what nothing but the manifest’s word connects with MEPM',
      'aws-role:a',
      { onlyNamed: true, confidence: 'name-only' },
      {},
      "NOT RECOGNISED AS MEPM's",
    ],
    [
      'a system that could not be read',
      'unread-system:aws:555',
      {},
      { unknown: [{ system: 'aws:555', reason: 'denied' }] },
      'nothing is known of it',
    ],
    [
      'what is somebody else’s',
      'aws-role:theirs',
      {},
      { bystanders: [{ system: 'aws:111122223333', id: 'aws-role:theirs', why: 'belongs to Microsoft Defender for Cloud', uses: [] }] },
      'no override reaches it: belongs to Microsoft Defender for Cloud',
    ],
  ])('%s, with the reason', (_what, item, own, more, told) => {
    const facts = {
      tenantId: 'tenant',
      issuer: 'sts.windows.net/tenant/',
      awsOidcRoles: [],
      gcpServiceAccounts: [],
      ourselves: ['worker'],
    };
    const refused = fault(item, [finding('a', own)], { facts, ...more });
    expect(refused).toMatchObject({ code: 'NotAllowed', message: expect.stringContaining(told) as string });
    expect(refused?.message).toMatch(new RegExp(`^overrides: ${item}: `));
  });

  test('what an approver left in place', () => {
    const waived = { waived: new Map([['aws-role:a', { by: 'sam', reason: 'its owner looks at it' }]]) };
    const refused = overrideFault([{ item: 'aws-role:a', reason: REASON }], planOf([finding('a')]), waived, false);
    expect(refused).toMatchObject({
      code: 'NotAllowed',
      message: expect.stringContaining('sam decided to leave it in place (its owner looks at it)') as string,
    });
  });
});

describe('an override stands of', () => {
  test.each<[string, Partial<Finding>, boolean]>([
    ['what a guard holds', { hold: { code: 'Doubt', reason: 'x' } }, false],
    ['what nothing holds', {}, false],
    ['what matches by name only', { confidence: 'name-only' }, false],
    [
      'what nothing but the manifest’s word connects, where the worker’s policy allows that',
      { onlyNamed: true, confidence: 'name-only' },
      true,
    ],
  ])('%s', (_what, own, foreignThings) => {
    expect(fault('aws-role:a', [finding('a', own)], { foreignThings }, foreignThings)).toBeUndefined();
  });
});
