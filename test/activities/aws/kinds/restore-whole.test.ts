import { AWS_ORDER } from '../../../../activities/aws/order.ts';
import { byStage } from '../../../../model/order.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { awsCloud } from '../../../../activities/aws/cloud.ts';
import type { AwsAccountApi } from '../../../../activities/aws/wire/account.ts';
import type { PolicyState } from '../../../../activities/aws/snapshot.ts';
import type { PlanItem } from '../../../../model/plan.ts';
import { sandboxHere, type SandboxHere } from '../../../sandbox/sandbox-here.ts';
import { FACTS, defaultManifest, planned, TENANT } from '../../planned.ts';
import { allowing, assumedBy, AUDIENCE, document, webIdentity } from '../fixtures.ts';
import { ownEstate } from '../own-estate.ts';

const ACCOUNT = '111122223333';
const URL = `sts.windows.net/${TENANT}/`;
const OIDC = `arn:aws:iam::${ACCOUNT}:role/contoso/connect`;
const POLICY = `arn:aws:iam::${ACCOUNT}:policy/contoso/ciem-controller-${TENANT}`;
const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/limits`;
const cloud = awsCloud();
const context = { manifest: defaultManifest() };
let sandbox: SandboxHere;
let api: AwsAccountApi;

beforeAll(async () => {
  const estate = ownEstate([
    { kind: 'aws-account', ours: false, id: ACCOUNT, entryRole: 'offboarding-entry' },
    { kind: 'aws-policy', ours: false, account: ACCOUNT, name: 'limits', versions: [allowing('s3:*')] },
    {
      kind: 'aws-oidc-provider',
      ours: true,
      account: ACCOUNT,
      url: URL,
      thumbprints: ['626d44e704d1ceabe3bf0d53397464ac8080142c'],
      tags: { owner: 'security' },
    },
    { kind: 'aws-oidc-client-id', ours: true, account: ACCOUNT, url: URL, clientId: AUDIENCE },
    {
      kind: 'aws-role',
      ours: true,
      account: ACCOUNT,
      name: 'connect',
      path: '/contoso/',
      description: "it's ours",
      trust: document(webIdentity()),
      maxSessionDuration: 7200,
      permissionsBoundary: BOUNDARY,
      tags: { owner: 'security', 'cost centre': '' },
    },
    {
      kind: 'aws-role',
      ours: true,
      account: ACCOUNT,
      name: 'member',
      trust: document(assumedBy(OIDC)),
      attached: [POLICY, 'arn:aws:iam::aws:policy/SecurityAudit'],
      inline: { extra: allowing('s3:GetBucketPolicy'), more: allowing('kms:List*') },
      instanceProfiles: ['agents'],
    },
    {
      kind: 'aws-policy',
      ours: true,
      account: ACCOUNT,
      name: `ciem-controller-${TENANT}`,
      path: '/contoso/',
      description: 'controller',
      tags: { owner: 'security' },
      versions: [allowing('iam:PutRolePolicy'), allowing('iam:AttachRolePolicy'), allowing('iam:CreatePolicy')],
      defaultVersion: 2,
    },
  ]);
  sandbox = await sandboxHere({ estate });
  api = await cloud.connect(`aws:${ACCOUNT}`, context);
});
afterAll(() => sandbox.stop());

const snapshot = () => cloud.read(api, `aws:${ACCOUNT}`, context);

async function plan(): Promise<PlanItem[]> {
  const now = await snapshot();
  const { awsOidcRoles = [] } = cloud.facts(now, TENANT, FACTS.issuer);
  const findings = cloud.kinds.flatMap((k) => k.match(now, { ...FACTS, awsOidcRoles }).findings);
  return findings.map(planned).toSorted((a, b) => byStage({ aws: AWS_ORDER }, a, b) || b.kind.localeCompare(a.kind));
}

const kindOf = (item: PlanItem) => cloud.kinds.find((k) => k.name === item.kind) ?? cloud.kinds[0];

/** Without the ids that IAM chooses. */
const withoutIds = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (key, v: unknown) => (/^(Role|Policy)Id$/.test(key) ? '' : v));

test('path, description, session length, boundary, tags, inline and attached policies, instance profile, versions and their default come back', async () => {
  const before = await snapshot();
  const items = await plan();
  expect(items.map((i) => i.kind)).toEqual(['aws-role', 'aws-policy', 'aws-role', 'aws-oidc-client-id']);
  for (const item of items) await kindOf(item)?.remove(api, [item]);
  expect(await snapshot()).toMatchObject({ roles: [], providers: [] });
  for (const item of items.toReversed()) await kindOf(item)?.undo?.restore(api, [item]);
  expect(withoutIds(await snapshot())).toEqual(withoutIds(before));
  const report = await (await fetch(`${sandbox.origin}/sandbox/report`)).json();
  expect(report).toMatchObject({ untouched: { changed: [] } });
  expect((report as { ours: { left: string[] } }).ours.left.filter((key) => key.startsWith('aws-'))).toHaveLength(5);
});

test('a policy that lost only some of its versions gets those back, and its default', async () => {
  const item = (await plan()).find((i) => i.kind === 'aws-policy') as PlanItem;
  const undo = kindOf(item)?.undo;
  await api.setDefaultPolicyVersion(POLICY, 'v3');
  await api.deletePolicyVersion(POLICY, 'v1');
  await undo?.restore(api, [item]);
  const now = (await kindOf(item)?.read(api, item)) as PolicyState;
  expect(undo?.comparable(now)).toEqual(undo?.comparable(item.snapshot));
  expect(now.Versions.map((v) => v.VersionId)).toEqual(['v2', 'v3', 'v4']);
});

test('a quarantined role lets nobody in, keeps its id, is still found as ours, and is as before once the quarantine is lifted', async () => {
  const items = await plan();
  const role = items.find((i) => i.title.includes('member')) as PlanItem;
  const { quarantine, read } = cloud.kinds.find((k) => k.name === 'aws-role') ?? {};
  await quarantine?.put(api, role);
  await quarantine?.put(api, role);
  expect(await read?.(api, role)).toEqual(quarantine?.quarantined(role.snapshot));
  expect(JSON.stringify(await read?.(api, role))).toContain('"Effect":"Deny"');
  expect((await plan()).map((i) => i.id)).toEqual(items.map((i) => i.id));
  expect(await quarantine?.usedSince?.(api, role, new Date(0))).toBeUndefined();
  await quarantine?.lift(api, role);
  await quarantine?.lift(api, role);
  expect(await read?.(api, role)).toEqual(role.snapshot);
});

test('a trust that somebody changed meanwhile is neither put in quarantine nor overwritten when it is lifted', async () => {
  const role = (await plan()).find((i) => i.title.includes('member')) as PlanItem;
  const { quarantine } = cloud.kinds.find((k) => k.name === 'aws-role') ?? {};
  await api.updateTrust('member', document(assumedBy(OIDC, 'arn:aws:iam::999900001111:root')));
  await expect(quarantine?.put(api, role)).rejects.toMatchObject({ kind: 'blocked', code: 'Replaced' });
  await expect(quarantine?.lift(api, role)).rejects.toMatchObject({ kind: 'blocked', code: 'Replaced' });
});
