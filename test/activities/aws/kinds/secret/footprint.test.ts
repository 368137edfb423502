import { expect, test } from 'vitest';
import { awsSecret } from '../../../../../activities/aws/kinds/secret/index.ts';
import type { NamedSecret, SecretState } from '../../../../../activities/aws/kinds/secret/definition.ts';
import { mayMatch, secretsNamedIn } from '../../../../../activities/aws/kinds/secret/survey.ts';
import type { RoleState } from '../../../../../activities/aws/snapshot.ts';
import type { Json } from '../../../../../model/finding.ts';
import { planOf } from '../../../../model/findings.ts';
import { ACCOUNT, assumedBy, document, KNOWN, OIDC_ROLE, policyArn, role, snapshot } from '../../fixtures.ts';

const ARN = `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:idp/token-Ab12Cd`;
const SECRET: SecretState = {
  Arn: ARN,
  Name: 'idp/token',
  Description: '',
  KmsKeyId: null,
  Tags: {},
  ResourcePolicy: null,
  Rotates: false,
  Replicas: [],
};
const MEMBER = role('member', document(assumedBy(OIDC_ROLE)));
const STRANGER = role('stranger', document(assumedBy('arn:aws:iam::999900001111:root')));

function found(more: Partial<NamedSecret>, roles: RoleState[] = [MEMBER, STRANGER]) {
  const named: NamedSecret = { secret: SECRET, namedByRoles: ['member'], namedByPolicies: [], matchedBy: [], used: null, ...more };
  return awsSecret.match(snapshot({ roles, beside: { 'aws-secret': [named] } }), KNOWN).findings;
}

test('it is ours by the policy on a role of ours that names its very ARN, and by nothing else', () => {
  expect(found({})).toMatchObject([{ id: `aws-secret:${ARN}`, confidence: 'certain', stage: 'after-roles', hold: { code: 'SecretKept' } }]);
  expect(found({ namedByRoles: ['stranger'] })).toEqual([]);
  expect(found({ namedByRoles: [], matchedBy: ['role member'] })).toEqual([]);
  const attached = { ...MEMBER, AttachedPolicies: [policyArn('okta-read')] };
  expect(found({ namedByRoles: [], namedByPolicies: [policyArn('okta-read')] }, [attached])).toHaveLength(1);
  expect(found({ namedByRoles: [], namedByPolicies: [policyArn('okta-read')] }, [MEMBER])).toEqual([]);
});

test.each<{ what: string; more: Partial<NamedSecret>; told: string }>([
  { what: 'another role that names it', more: { namedByRoles: ['member', 'stranger'] }, told: 'role stranger may read it, too' },
  {
    what: 'a policy that others have',
    more: { namedByPolicies: [policyArn('shared')] },
    told: `policy ${policyArn('shared')} may read it`,
  },
  { what: 'a pattern that matches it', more: { matchedBy: ['role stranger'] }, told: 'role stranger may read it, too' },
  { what: 'a resource policy', more: { secret: { ...SECRET, ResourcePolicy: { Version: '2012-10-17' } } }, told: 'a resource policy' },
  { what: 'a replica', more: { secret: { ...SECRET, Replicas: ['us-east-1'] } }, told: 'copied to us-east-1' },
  { what: 'a rotation', more: { secret: { ...SECRET, Rotates: true } }, told: 'its value is rotated' },
])('$what is a sign that somebody else needs it, and is told', ({ more, told }) => {
  const [finding] = found(more);
  expect(finding?.hold).toMatchObject({ code: 'SharedSecret', reason: expect.stringContaining(told) as string });
});

test('what the worker may not look at is held as unknown; a late use holds it, too', () => {
  const unseen = { Arn: ARN, Unseen: 'AccessDenied: no', Tags: {} };
  expect(found({ secret: unseen })[0]?.hold).toMatchObject({
    code: 'SecretUnseen',
    reason: expect.stringContaining('AccessDenied') as string,
  });
  expect(found({ used: 'last used 2026-11-25' })[0]?.hold?.code).toBe('RecentlyUsed');
});

test('freed by an override it goes, with nothing else that holds it', () => {
  const [finding] = found({});
  if (!finding) throw new Error('not found');
  expect(planOf([finding]).items[0]?.guard?.code).toBe('SecretKept');
  const [freed] = planOf([finding], { overrides: [{ item: finding.id, reason: 'token revoked' }] }).items;
  expect([freed?.guard, freed?.override]).toEqual([undefined, 'token revoked']);
});

const allow = (Action: Json, Resource: Json): Json => document({ Effect: 'Allow', Action, Resource });

test.each<[string, Json, string[], boolean]>([
  ['its very ARN', allow('secretsmanager:GetSecretValue', ARN), [ARN], false],
  ['its very ARN among others', allow('*', ['*', ARN]), [ARN], false],
  ['a pattern for secrets', allow('secretsmanager:Get*', `${ARN.slice(0, -6)}??????`), [], true],
  ['every secret', allow('*', 'arn:aws:secretsmanager:*'), [], true],
  ['everything, for an action of Secrets Manager', allow('secretsmanager:*', '*'), [], true],
  ['everything, as an administrator', allow('*', '*'), [], false],
  ['another secret', allow('secretsmanager:*', `${ARN.slice(0, -6)}Xy34Zw`), [`${ARN.slice(0, -6)}Xy34Zw`], false],
  ['a denial', document({ Effect: 'Deny', Action: '*', Resource: ARN }), [], false],
])('a policy that names %s', (_what, policy, named, matches) => {
  expect(secretsNamedIn(policy)).toEqual(named);
  expect(mayMatch(policy, ARN)).toBe(matches);
});
