import { afterAll, beforeAll, expect, test } from 'vitest';
import { awsCloud } from '../../../../../activities/aws/cloud.ts';
import type { PlannedStack } from '../../../../../activities/aws/kinds/stack/definition.ts';
import { fingerprint } from '../../../../../model/canonical.ts';
import type { Finding } from '../../../../../model/finding.ts';
import { sandboxHere, type SandboxHere } from '../../../../sandbox/sandbox-here.ts';
import { FACTS, defaultManifest, planned, TENANT } from '../../../planned.ts';
import { allowing, assumedBy, document } from '../../fixtures.ts';
import { ownEstate } from '../../own-estate.ts';

const OIDC = `arn:aws:iam::111122223333:role/connect`;
const UUID = '5f0b2a1e-1111-4222-8333-444455556666';
const [WHOLE, TAKEN, SECRET, GENERATED] = Array.from({ length: 4 }, (_, i) => `20000000002${i}`) as [string, string, string, string];
const POLICY = `arn:aws:iam::${WHOLE}:policy/ciem-controller-${TENANT}`;
const stackId = (account: string) => `arn:aws:cloudformation:eu-west-1:${account}:stack/mciem-member/${UUID}`;
const tags = (account: string) => ({
  'aws:cloudformation:stack-name': 'mciem-member',
  'aws:cloudformation:stack-id': stackId(account),
  team: 'cloud',
});
const account = (id: string) => ({ kind: 'aws-account', ours: false, id, entryRole: 'offboarding-entry' });
const member = (id: string, more: object = {}) => ({
  kind: 'aws-role',
  ours: true,
  account: id,
  name: 'member',
  description: 'collects',
  maxSessionDuration: 7200,
  inline: { lookup: allowing('cloudtrail:LookupEvents') },
  trust: document(assumedBy(OIDC)),
  tags: tags(id),
  ...more,
});
const stack = (id: string, more: object = {}, physicalId = 'member') => ({
  kind: 'aws-cloudformation-stack',
  ours: true,
  account: id,
  stackId: stackId(id),
  resources: [{ type: 'AWS::IAM::Role', physicalId }],
  ...more,
});

const cloud = awsCloud();
const context = { manifest: defaultManifest() };
let sandbox: SandboxHere;

beforeAll(async () => {
  const [role, policy] = [
    { type: 'AWS::IAM::Role', physicalId: 'member' },
    { type: 'AWS::IAM::ManagedPolicy', physicalId: POLICY },
  ];
  const generated = 'mciem-member-Resource1-1A2B3C4D5E6F7';
  const estate = ownEstate([
    ...[WHOLE, TAKEN, SECRET, GENERATED].map(account),
    member(WHOLE, { attached: [POLICY] }),
    {
      kind: 'aws-policy',
      ours: true,
      account: WHOLE,
      name: `ciem-controller-${TENANT}`,
      versions: [allowing('iam:Put*'), allowing('iam:Get*')],
      defaultVersion: 1,
      tags: tags(WHOLE),
    },
    stack(WHOLE, {
      resources: [role, policy],
      parameters: { Tenant: TENANT, Mode: 'read & write' },
      stackTags: { 'cost-centre': '42' },
      policy: JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' }] }),
    }),
    member(TAKEN),
    stack(TAKEN),
    member(SECRET),
    stack(SECRET, { parameters: { OktaToken: 'hidden', Tenant: TENANT }, noEcho: ['OktaToken'] }),
    member(GENERATED, { name: generated }),
    stack(GENERATED, {}, generated),
  ]);
  sandbox = await sandboxHere({ estate, lingerMs: 60 });
});
afterAll(() => sandbox.stop());

async function of(id: string) {
  const system = `aws:${id}` as const;
  const api = await cloud.connect(system, context);
  const snapshot = await cloud.read(api, system, context);
  const found = cloud.kinds.flatMap((k) => k.match(snapshot, { ...FACTS, awsOidcRoles: [{ mark: OIDC }] }).findings);
  const [finding] = found as [Finding];
  const kind = cloud.kinds.find((k) => k.name === finding.kind);
  const { undo } = kind ?? {};
  if (!kind || !undo) throw new Error(finding.kind);
  return { api, kind, undo, found, item: planned(finding), snapshot: finding.snapshot as PlannedStack };
}

test('a stack is kept with all that a call needs to make it again', async () => {
  const { snapshot, undo, item } = await of(WHOLE);
  expect(snapshot.Definition).toMatchObject({
    Template: expect.stringContaining('"RoleName": "member"') as string,
    Parameters: { Tenant: TENANT, Mode: 'read & write' },
    Capabilities: ['CAPABILITY_NAMED_IAM'],
    Tags: { 'cost-centre': '42' },
    TerminationProtection: false,
    StackPolicy: expect.stringContaining('Update:*') as string,
  });
  expect(undo.impossible?.(item)).toBeUndefined();
  expect(undo.losses(item)[0]).toContain(`a new stack id instead of ${stackId(WHOLE)}`);
});

test('it comes back from its template, is waited for, and is the same in every field that can be; so are its resources', async () => {
  const { api, kind, undo, item, found } = await of(WHOLE);
  await kind.remove(api, [item]);
  expect(await kind.read(api, item)).toBeUndefined();
  await undo.restore(api, [item]);
  const now = (await kind.read(api, item)) as PlannedStack;
  expect(now.StackId).not.toBe(stackId(WHOLE));
  expect(fingerprint(undo.comparable(now))).toBe(fingerprint(undo.comparable(item.snapshot)));
  for (const one of found.slice(1)) {
    const its = cloud.kinds.find((k) => k.name === one.kind);
    await its?.undo?.restore(api, [planned(one)]);
    const read = (await its?.read(api, planned(one))) ?? null;
    expect(its?.undo?.comparable(read)).toEqual(its?.undo?.comparable(one.snapshot));
    expect(its?.undo?.losses(planned(one), item).join()).not.toContain('aws:cloudformation');
    expect(its?.undo?.losses(planned(one)).join()).toContain('belongs to no CloudFormation stack any more');
  }
  await undo.restore(api, [item]);
  const report = (await (await fetch(`${sandbox.origin}/sandbox/report`)).json()) as { ours: { altered: string[] } };
  expect(report.ours.altered).toEqual([]);
});

test('a creation that fails is explained by its events, leaves nothing, and goes through once that is mended', async () => {
  const { api, kind, undo, item, found } = await of(TAKEN);
  await kind.remove(api, [item]);
  const role = planned(found[1] as Finding);
  const roleKind = cloud.kinds.find((k) => k.name === 'aws-role');
  await roleKind?.undo?.restore(api, [role]);
  const error = await undo.restore(api, [item]).catch((e: unknown) => e);
  const message = expect.stringMatching(
    /could not make the stack mciem-member again: Resource1 \(AWS::IAM::Role\): .*already exists.*; mend that/,
  ) as unknown;
  expect(cloud.classify(error)).toMatchObject({ kind: 'blocked', code: 'StackCreateFailed', message });
  await expect.poll(() => kind.read(api, item), { timeout: 15_000 }).toBeUndefined();
  await api.deleteInlinePolicy('member', 'lookup');
  await api.deleteRole('member');
  await expect.poll(() => roleKind?.read(api, role), { timeout: 15_000 }).toBeUndefined();
  await undo.restore(api, [item]);
  expect(undo.comparable((await kind.read(api, item)) ?? null)).toEqual(undo.comparable(item.snapshot));
});

test('another stack that has the name by now stays as it is', async () => {
  const { api, undo, item, snapshot } = await of(WHOLE);
  const other = { ...item, snapshot: { ...snapshot, Definition: { ...snapshot.Definition, Parameters: { Tenant: 'another' } } } };
  const error = await undo.restore(api, [other]).catch((e: unknown) => e);
  expect(cloud.classify(error)).toMatchObject({
    kind: 'blocked',
    code: 'NameTaken',
    message: expect.stringContaining('Parameters.Tenant') as unknown,
  });
});

test.each([
  ['has a parameter that nobody can read', SECRET, 'NoEcho parameter OktaToken'],
  ['lets CloudFormation choose names', GENERATED, 'chose the names mciem-member-Resource1-1A2B3C4D5E6F7 and would choose others'],
])('a stack that %s cannot come back, and says so', async (_name, id, words) => {
  const { undo, item } = await of(id);
  expect(undo.impossible?.(item)).toContain(words);
});

test('without the right to read its template a stack can go, but not come back', async () => {
  const system = `aws:${WHOLE}` as const;
  const api = await cloud.connect(system, context);
  const denied = Object.assign(new Error('not authorized to perform: cloudformation:GetTemplate'), { name: 'AccessDenied' });
  const blind = { ...api, stackDefinition: () => Promise.reject(denied) };
  const snapshot = await cloud.read(blind, system, context);
  const [found] = cloud.kinds.flatMap((k) => k.match(snapshot, { ...FACTS, awsOidcRoles: [{ mark: OIDC }] }).findings) as [Finding];
  const kind = cloud.kinds.find((k) => k.name === found.kind);
  expect(fingerprint((await kind?.read(blind, planned(found))) ?? null)).toBe(fingerprint(found.snapshot));
  expect(kind?.undo?.impossible?.(planned(found))).toContain('its template could not be read before the removal (AccessDenied)');
});

test('a template that no call takes is said', async () => {
  const { undo, item, snapshot } = await of(WHOLE);
  const large = { ...snapshot.Definition, Template: ' '.repeat(51_201) };
  expect(undo.impossible?.({ ...item, snapshot: { ...snapshot, Definition: large } })).toContain('larger than the 51200 bytes');
});

test('a stack that goes while it is read, one part after the other, is gone, and not another one', async () => {
  const { kind, item, api } = await of(WHOLE);
  const goes = async (id: string) => {
    await api.deleteStack(id);
    await expect.poll(() => api.stack(id), { timeout: 10_000 }).toBeUndefined();
    return await api.stackDefinition(id);
  };
  expect(await kind.read({ ...api, stackDefinition: goes }, item)).toBeUndefined();
});
