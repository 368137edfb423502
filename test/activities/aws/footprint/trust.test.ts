import { expect, test } from 'vitest';
import { deadPrincipals, trustStatements } from '../../../../activities/aws/footprint/trust.ts';
import type { Json } from '../../../../model/finding.ts';
import { assumedBy, document } from '../fixtures.ts';

const [GONE, USER] = ['AROAEXAMPLE0123456789', 'AIDAEXAMPLE0123456789'];

test('deleted roles and users are those among the principals, allowed, denied or excepted', () => {
  const trust = document(assumedBy(GONE, 'arn:aws:iam::1:root'), { Effect: 'Deny', NotPrincipal: { AWS: USER }, Action: 'sts:*' });
  expect(deadPrincipals(trust)).toEqual([GONE, USER]);
});

test('an id in a condition is none', () => {
  const condition = { StringEquals: { 'aws:userid': GONE, 'sts:ExternalId': [USER] } };
  expect(deadPrincipals(document({ ...assumedBy('arn:aws:iam::1:root'), Sid: GONE, Condition: condition }))).toEqual([]);
});

test('who may only add tags, a source or a context to a session is let in by nothing', () => {
  const of = (Action: Json) => trustStatements(document({ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::1:root' }, Action })).length;
  expect([of('sts:TagSession'), of(['STS:SetSourceIdentity', 'sts:SetContext'])]).toEqual([0, 0]);
  expect([of(['sts:TagSession', 'sts:AssumeRole']), of('sts:Tag*'), of('sts:AssumeRoleWithSomething')]).toEqual([1, 1, 1]);
});
