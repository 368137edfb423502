import { expect, test } from 'vitest';
import { canRestore } from '../../../activities/plan/restorability.ts';
import type { AnyKind } from '../../../activities/cloud.ts';
import type { Json } from '../../../model/finding.ts';
import { KINDS as CLOUDS } from '../../../activities/kinds.ts';
import { finding } from '../../model/findings.ts';
import { planned } from '../planned.ts';

const NOW = new Date('2026-03-01T00:00:00Z');
const KINDS = Object.values(CLOUDS).flatMap((c) => c.kinds as AnyKind[]);

/** What a restore says of a thing that was removed so many days ago. */
function after(days: number, name: string, snapshot: Json, more: { quarantined?: true } = {}) {
  const kind = KINDS.find((k) => k.name === name) as AnyKind;
  const at = new Date(NOW.getTime() - days * 86_400_000).toISOString();
  return canRestore(kind, { item: planned(finding(name, { kind: name, snapshot })), at, ...more }, NOW);
}

const ROLE = {
  name: 'organizations/1/roles/CloudKnoxIAMOrgAdmin',
  title: '',
  description: '',
  stage: 'GA',
  includedPermissions: ['a.b.c'],
};
const ACCOUNT = {
  name: 'projects/p/serviceAccounts/a@p',
  uniqueId: '101',
  email: 'a@p',
  displayName: '',
  description: '',
  disabled: false,
};

test('a custom role is undeleted for 7 days, cannot be had until 37 are over, nor what it is granted in, and is made again after them', () => {
  expect(after(6.9, 'gcp-custom-role', ROLE)).toEqual({ losses: [] });
  for (const days of [7.1, 36.9]) {
    const can = after(days, 'gcp-custom-role', ROLE);
    expect(can).toEqual({ impossible: expect.stringContaining('free again 37 days after') as string, indispensable: true });
  }
  expect(after(37.1, 'gcp-custom-role', ROLE)).toMatchObject({ recreated: { sameIdentity: true } });
});

test('a service account is undeleted for 30 days; made again afterwards it is another, and the plan says in which words grants go on naming the one before', () => {
  expect(after(29.9, 'gcp-service-account', ACCOUNT)).toEqual({ losses: [] });
  const can = after(30.1, 'gcp-service-account', ACCOUNT);
  expect(can).toMatchObject({ recreated: { sameIdentity: false } });
  expect(JSON.stringify(can)).toContain('deleted:serviceAccount:a@p?uid=101');
});

test('what has no way to be made again never comes back once its cloud has purged it; what was only in quarantine is there', () => {
  expect(after(31, 'entra-oidc-application', {})).toMatchObject({ impossible: expect.stringContaining('30 days') as string });
  expect(after(31, 'entra-oidc-application', {}, { quarantined: true })).toEqual({ losses: [] });
});
