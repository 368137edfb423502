import { describe, expect, test } from 'vitest';
import { awsCloud } from '../../../activities/aws/cloud.ts';
import type { RoleState } from '../../../activities/aws/snapshot.ts';
import type { Json } from '../../../model/finding.ts';
import { MEPM } from '../../../model/footprint.ts';
import { planOf } from '../../model/findings.ts';
import { FACTS, TENANT } from '../planned.ts';
import { assumedBy, AUDIENCE, document, ISSUER, policyArn, provider, role, snapshot, webIdentity } from './fixtures.ts';

const cloud = awsCloud();
const RENAMED = 'api://contoso-ciem';

/** An OIDC role, what trusts it and its client id, as they are judged where the manifest names an audience. */
function judged(oidc: RoleState, named = [RENAMED]) {
  const all = snapshot({
    roles: [oidc, role('member', document(assumedBy(oidc.Arn)))],
    providers: [provider([RENAMED, ...(named.includes(RENAMED) ? [] : ['x'])])],
  });
  const { awsOidcRoles = [] } = cloud.facts(all, TENANT, ISSUER, undefined, { namedAudiences: named });
  return cloud.kinds.flatMap((k) => k.match(all, { ...FACTS, awsOidcRoles, namedAudiences: named }).findings);
}

const oidc = (more: Partial<RoleState> = {}, conditions: { [key: string]: Json } = {}) => {
  const Condition = { StringEquals: { [`${ISSUER}:aud`]: RENAMED }, ...conditions };
  return role('federation', document({ ...webIdentity(), Condition }), more);
};
const policies = (...names: string[]) => ({ AttachedPolicies: names.map(policyArn) });
const appId = (value: string, operator = 'StringLike') => ({ [operator]: { [`${ISSUER}:appid`]: value } });
const told = (findings: ReturnType<typeof judged>) => findings.map((f) => [f.kind, f.confidence]);

describe('another audience that the manifest names', () => {
  test.each<[string, RoleState]>([
    ['nothing else says so', oidc()],
    ['a policy is named nearly as onboarding did', oidc(policies(`ciem-oidc-${TENANT}-assume-x`, 'SSOPolicy'))],
    ['a condition allows the CIEM application and others', oidc({}, appId(`${MEPM.ciemAppId.slice(0, -1)}*`))],
    ['a condition demands another application', oidc({}, appId(TENANT))],
    ['a condition is met without an application', oidc({}, appId(MEPM.ciemAppId, 'StringEqualsIfExists'))],
  ])('is MEPM’s by name only, with all that rests on it, where %s', (_name, r) => {
    const findings = judged(r);
    expect(told(findings)).toEqual([
      ['aws-role', 'name-only'],
      ['aws-role', 'name-only'],
      ['aws-oidc-client-id', 'name-only'],
    ]);
    expect(planOf(findings).items).toEqual([]);
    const overrides = [{ item: findings[0]?.id ?? '', reason: 'ours, says the team' }];
    expect(planOf(findings, { overrides }).items).toEqual([]);
    expect(planOf(findings, { overrides, foreignThings: true }).items.map((i) => i.id)).toEqual([`aws-role:${r.Arn}`]);
    expect(planOf(findings).untouched.map((u) => u.reason)).toEqual(Array(3).fill(expect.stringContaining('NOT RECOGNISED')));
  });

  test.each<[string, RoleState]>([
    ['a policy has onboarding’s very name', oidc(policies(`ciem-oidc-${TENANT}-assume`))],
    ['a condition demands the CIEM application', oidc({}, appId(MEPM.ciemAppId))],
  ])('is proved, with all that rests on it, where %s', (_name, r) => {
    expect(told(judged(r))).toEqual([
      ['aws-role', 'certain'],
      ['aws-role', 'certain'],
      ['aws-oidc-client-id', 'certain'],
    ]);
  });

  test('beside onboarding’s own it is another one that is let in', () => {
    const both = role('federation', document(webIdentity([AUDIENCE, RENAMED])));
    expect(judged(both).map((f) => [f.kind, f.confidence, f.hold?.code])).toEqual([
      ['aws-role', 'certain', 'SharedTrust'],
      ['aws-role', 'certain', 'Doubt'],
      ['aws-oidc-client-id', 'name-only', undefined],
    ]);
  });
});

test('an audience that nobody names is no finding, whatever its role has', () => {
  expect(judged(oidc(policies(`ciem-oidc-${TENANT}-assume`)), [])).toEqual([]);
});
