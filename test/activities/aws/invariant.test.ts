import { expect, test } from 'vitest';
import { awsCloud } from '../../../activities/aws/cloud.ts';
import type { Json } from '../../../model/finding.ts';
import { FACTS, TENANT } from '../planned.ts';
import {
  assumedBy,
  AUDIENCE,
  document,
  KNOWN,
  OIDC_ROLE,
  OTHER_TENANT,
  policy,
  policyArn,
  provider,
  role,
  snapshot,
  webIdentity,
} from './fixtures.ts';

const cloud = awsCloud();
const ROLE_NAMES = ['mciem-oidc-connect-role', 'mciem-member-account-role', 'ciem-x', 'CloudKnoxRole', 'DefenderForCloud-Ciem', 'deploy'];
const POLICY_NAMES = ['SSOPolicy', 'ciem-controller-tools', `ciem-scp-${OTHER_TENANT}`, 'mdc-ciem-read', 'deploy'];
const STRANGERS: Json[] = [
  document(webIdentity(AUDIENCE, OTHER_TENANT)),
  document(webIdentity('api://payroll')),
  document(assumedBy('arn:aws:iam::999900001111:role/mciem-oidc-connect-role')),
  document(assumedBy('AROASOMEBODY')),
  document({ Effect: 'Allow', Principal: '*', Action: '*' }),
  document({ ...webIdentity(), Effect: 'Deny' }),
];

test('no name makes a finding where neither the tenant nor one of its OIDC roles stands in the trust', () => {
  const roles = STRANGERS.flatMap((trust, i) =>
    ROLE_NAMES.map((name) => role(`${name}${i || ''}`, trust, { AttachedPolicies: POLICY_NAMES.map(policyArn) })),
  );
  const policies = POLICY_NAMES.map((name) => policy(name, {}, { attachmentCount: roles.length, boundaryCount: 0 }));
  const all = snapshot({ roles, policies, providers: [provider([AUDIENCE], OTHER_TENANT)] });
  expect(cloud.kinds.flatMap((k) => k.match(all, KNOWN).findings)).toEqual([]);
  expect(cloud.facts(all, TENANT, FACTS.issuer)).toEqual({
    awsOidcRoles: [],
    awsById: [{ id: 'AROASOMEBODY', state: 'unknown' }],
    awsIds: roles.map((r) => r.RoleId),
    ourselves: [],
  });
});

test('the same account under another tenant’s facts holds nothing of ours', () => {
  const all = snapshot({
    roles: [role('oidc', document(webIdentity())), role('member', document(assumedBy(OIDC_ROLE)))],
    providers: [provider([AUDIENCE])],
    policies: [policy(`ciem-scp-${TENANT}`, {}, { attachmentCount: 0, boundaryCount: 0 })],
  });
  const other = { ...KNOWN, tenantId: OTHER_TENANT, issuer: `sts.windows.net/${OTHER_TENANT}/`, awsOidcRoles: [] };
  expect(cloud.kinds.flatMap((k) => k.match(all, other).findings)).toEqual([]);
  expect(cloud.kinds.flatMap((k) => k.match(all, KNOWN).findings)).toHaveLength(4);
});

test('an OIDC role tells the other accounts its ARN and its unique id, Defender’s tells nothing', () => {
  const ours = role('oidc', document(webIdentity()));
  const all = snapshot({ roles: [ours, role('DefenderForCloud-OidcCiem', document(webIdentity()))] });
  expect(cloud.facts(all, TENANT, FACTS.issuer)).toEqual({
    awsOidcRoles: [{ mark: ours.Arn }, { mark: ours.RoleId }],
    awsIds: all.roles.map((r) => r.RoleId),
    ourselves: [],
  });
});
