import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awsCloud } from '../../../../../activities/aws/cloud.ts';
import { fingerprint } from '../../../../../model/canonical.ts';
import type { Finding } from '../../../../../model/finding.ts';
import { sandboxHere, type SandboxHere } from '../../../../sandbox/sandbox-here.ts';
import { FACTS, defaultManifest, planned, TENANT } from '../../../planned.ts';
import { allowing, assumedBy, document } from '../../fixtures.ts';
import { ownEstate } from '../../own-estate.ts';

const OIDC = `arn:aws:iam::111122223333:role/connect`;
const UUID = '5f0b2a1e-1111-4222-8333-444455556666';
const stackId = (account: string, name: string) => `arn:aws:cloudformation:eu-west-1:${account}:stack/${name}/${UUID}`;
const tags = (account: string, name: string) => ({
  'aws:cloudformation:stack-name': name,
  'aws:cloudformation:stack-id': stackId(account, name),
});
const account = (id: string) => ({ kind: 'aws-account', ours: false, id, entryRole: 'offboarding-entry' });
const member = (id: string, more: object) => ({
  kind: 'aws-role',
  ours: true,
  account: id,
  name: 'member',
  trust: document(assumedBy(OIDC)),
  ...more,
});
const stack = (id: string, name: string, resources: object[], more: object = {}) => ({
  kind: 'aws-cloudformation-stack',
  ours: true,
  account: id,
  stackId: stackId(id, name),
  resources,
  ...more,
});
const ROLE = { type: 'AWS::IAM::Role', physicalId: 'member' };
const [WHOLE, MIXED, FAILING, SET, TERRAFORM, ORPHAN] = Array.from({ length: 6 }, (_, i) => `20000000001${i}`) as [
  string,
  string,
  string,
  string,
  string,
  string,
];
const POLICY = `arn:aws:iam::${WHOLE}:policy/ciem-controller-${TENANT}`;

const cloud = awsCloud();
const context = { manifest: defaultManifest() };
let sandbox: SandboxHere;

beforeAll(async () => {
  const estate = ownEstate([
    ...[WHOLE, MIXED, FAILING, SET, TERRAFORM, ORPHAN].map(account),
    member(WHOLE, { attached: [POLICY], tags: tags(WHOLE, 'mciem-member') }),
    {
      kind: 'aws-policy',
      ours: true,
      account: WHOLE,
      name: `ciem-controller-${TENANT}`,
      versions: [allowing('iam:Put*')],
      tags: tags(WHOLE, 'mciem-member'),
    },
    stack(WHOLE, 'mciem-member', [ROLE, { type: 'AWS::IAM::ManagedPolicy', physicalId: POLICY }]),
    member(MIXED, { tags: tags(MIXED, 'platform') }),
    stack(MIXED, 'platform', [ROLE, { type: 'AWS::S3::Bucket', physicalId: 'contoso-logs' }], { ours: false }),
    member(FAILING, { tags: tags(FAILING, 'mciem-member') }),
    stack(FAILING, 'mciem-member', [ROLE], { deletionFails: 'Cannot delete entity, must detach all policies first.' }),
    member(SET, { tags: tags(SET, `StackSet-mciem-members-${UUID}`) }),
    member(TERRAFORM, { tags: { ManagedBy: 'Terraform' } }),
    member(ORPHAN, { tags: tags(ORPHAN, 'long-gone') }),
  ]);
  sandbox = await sandboxHere({ estate, lingerMs: 100 });
});
afterAll(() => sandbox.stop());

async function findings(id: string): Promise<Finding[]> {
  const system = `aws:${id}` as const;
  const snapshot = await cloud.read(await cloud.connect(system, context), system, context);
  return cloud.kinds.flatMap((k) => k.match(snapshot, { ...FACTS, awsOidcRoles: [{ mark: OIDC }] }).findings);
}

async function act(finding: Finding) {
  const kind = cloud.kinds.find((k) => k.name === finding.kind);
  if (!kind) throw new Error(finding.kind);
  return { kind, api: await cloud.connect(finding.system, context), item: planned(finding) };
}

test('a stack in which all is ours is planned as a stack, with its resources after it and no guard', async () => {
  const found = await findings(WHOLE);
  expect(found.map((f) => [f.kind, f.stage, f.hold])).toEqual([
    ['aws-cloudformation-stack', 'member-roles', undefined],
    ['aws-role', 'member-roles', undefined],
    ['aws-policy', 'member-roles', undefined],
  ]);
  expect(found[0]).toMatchObject({ contains: [found[2]?.id, found[1]?.id], risk: 'takeover' });
});

test('it reads back as planned, changes with its resources, goes with all of them, and is waited for', async () => {
  const [found, role, policy] = (await findings(WHOLE)) as [Finding, Finding, Finding];
  const { kind, api, item } = await act(found);
  expect(fingerprint((await kind.read(api, item)) ?? null)).toBe(fingerprint(item.snapshot));
  await api.updateTrust('member', document(assumedBy(OIDC, 'arn:aws:iam::999900001111:root')));
  expect(fingerprint((await kind.read(api, item)) ?? null)).not.toBe(fingerprint(item.snapshot));
  await kind.remove(api, [item]);
  for (const one of [found, role, policy]) {
    const { kind: itsKind, item: gone } = await act(one);
    await expect.poll(() => itsKind.read(api, gone), { timeout: 15_000 }).toBeUndefined();
  }
  await kind.remove(api, [item]);
  const report = (await (await fetch(`${sandbox.origin}/sandbox/report`)).json()) as { untouched: { changed: object[] } };
  expect(report.untouched.changed).toEqual([]);
});

test('a deletion that fails is explained by its events, and nothing is gone', async () => {
  const [found, role] = (await findings(FAILING)) as [Finding, Finding];
  const { kind, api, item } = await act(found);
  const error = await kind.remove(api, [item]).catch((e: unknown) => e);
  const message = expect.stringContaining('Resource1 (AWS::IAM::Role): Cannot delete entity, must detach all policies first.') as unknown;
  expect(cloud.classify(error)).toMatchObject({ kind: 'blocked', code: 'StackDeleteFailed', message });
  expect(await (await act(role)).kind.read(api, planned(role))).toEqual(role.snapshot);
});

describe('what its owner would put back is held, with the step for the owner', () => {
  test.each([
    [
      'a stack that holds more',
      MIXED,
      'OwnedByStack',
      [`aws cloudformation delete-stack --stack-name ${stackId(MIXED, 'platform')} --region eu-west-1`, 'AWS::S3::Bucket contoso-logs'],
    ],
    [
      'a stack set',
      SET,
      'OwnedByStackSet',
      [`aws cloudformation delete-stack-instances --stack-set-name mciem-members --accounts ${SET} --regions eu-west-1 --no-retain-stacks`],
    ],
    ['Terraform', TERRAFORM, 'OwnedByTerraform', ['terraform state list | grep aws_iam_role', 'terraform destroy -target=ADDRESS']],
  ])('%s', async (_name, id, code, steps) => {
    const found = await findings(id);
    expect(found).toHaveLength(1);
    expect(found[0]?.hold?.code).toBe(code);
    for (const step of steps) expect(found[0]?.hold?.reason).toContain(step);
  });

  test('but not when the stack is gone and left the role behind', async () => {
    expect((await findings(ORPHAN)).map((f) => [f.kind, f.hold])).toEqual([['aws-role', undefined]]);
  });
});

test('a stack nobody lets us look at holds its resources', async () => {
  const system = `aws:${MIXED}` as const;
  const api = await cloud.connect(system, context);
  const denied = Object.assign(new Error('User is not authorized to perform: cloudformation:DescribeStacks'), { name: 'AccessDenied' });
  const snapshot = await cloud.read({ ...api, stack: () => Promise.reject(denied) }, system, context);
  const held = cloud.kinds.flatMap((k) => k.match(snapshot, { ...FACTS, awsOidcRoles: [{ mark: OIDC }] }).findings);
  expect(held[0]?.hold).toMatchObject({
    code: 'OwnedByStack',
    reason: expect.stringContaining('cloudformation:DescribeStacks') as unknown,
  });
});
