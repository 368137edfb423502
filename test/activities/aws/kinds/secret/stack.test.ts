import { afterAll, beforeAll, expect, test } from 'vitest';
import { awsCloud } from '../../../../../activities/aws/cloud.ts';
import { fingerprint } from '../../../../../model/canonical.ts';
import type { Finding } from '../../../../../model/finding.ts';
import type { PlanItem } from '../../../../../model/plan.ts';
import { planOf } from '../../../../model/findings.ts';
import { sandboxHere, type SandboxHere } from '../../../../sandbox/sandbox-here.ts';
import { FACTS, defaultManifest, planned } from '../../../planned.ts';
import { assumedBy, document } from '../../fixtures.ts';
import { ownEstate } from '../../own-estate.ts';

const OIDC = 'arn:aws:iam::111122223333:role/connect';
const [ALONE, RETAINED, ENDANGERED, DENIED] = ['200000000021', '200000000022', '200000000023', '200000000024'] as const;
const secretOf = (account: string) => `arn:aws:secretsmanager:eu-west-1:${account}:secret:idp/token-Ab12Cd`;
const stackOf = (account: string) => `arn:aws:cloudformation:eu-west-1:${account}:stack/okta/5f0b2a1e-1111-4222-8333-444455556666`;

function estateOf(account: string, retain?: boolean): Parameters<typeof ownEstate>[0] {
  const id = secretOf(account);
  const inStack = retain !== undefined;
  const tags = inStack ? { 'aws:cloudformation:stack-name': 'okta', 'aws:cloudformation:stack-id': stackOf(account) } : {};
  const read = document({ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: id });
  const resource = { type: 'AWS::SecretsManager::Secret', physicalId: id, ...(retain ? { retain } : {}) };
  const entry = { kind: 'aws-account', ours: false, id: account, entryRole: 'offboarding-entry' };
  return [
    account === DENIED ? { ...entry, deny: ['secretsmanager:DescribeSecret'] } : entry,
    { kind: 'aws-role', ours: true, account, name: 'member', trust: document(assumedBy(OIDC)), inline: { okta: read } },
    { kind: 'aws-secret', ours: true, id, account, name: 'idp/token', tags },
    ...(inStack ? [{ kind: 'aws-cloudformation-stack', ours: true, account, stackId: stackOf(account), resources: [resource] }] : []),
  ];
}

const cloud = awsCloud();
const context = { manifest: defaultManifest() };
let sandbox: SandboxHere;
beforeAll(async () => {
  const aws = [...estateOf(ALONE), ...estateOf(RETAINED, true), ...estateOf(ENDANGERED, false), ...estateOf(DENIED)];
  sandbox = await sandboxHere({ estate: ownEstate(aws), lingerMs: 0 });
});
afterAll(() => sandbox.stop());

async function findings(account: string): Promise<Finding[]> {
  const system = `aws:${account}` as const;
  const snapshot = await cloud.read(await cloud.connect(system, context), system, context);
  return cloud.kinds.flatMap((k) => k.match(snapshot, { ...FACTS, awsOidcRoles: [{ mark: OIDC }] }).findings);
}

async function act(item: PlanItem) {
  const kind = cloud.kinds.find((k) => k.name === item.kind);
  if (!kind?.undo) throw new Error(item.kind);
  return { ...kind, undo: kind.undo, api: await cloud.connect(item.system, context) };
}

const named = (found: Finding[], kind: string): PlanItem => {
  const finding = found.find((f) => f.kind === kind);
  if (!finding) throw new Error(`no ${kind}`);
  return planned(finding);
};

test('a secret is read without its value, deleted with its recovery window, and comes back the same out of it', async () => {
  const item = named(await findings(ALONE), 'aws-secret');
  const { api, read, remove, undo } = await act(item);
  const now = () => read(api, item);
  expect(fingerprint((await now()) ?? null)).toBe(fingerprint(item.snapshot));
  await remove(api, [item]);
  expect(await now()).toBeUndefined();
  expect((await findings(ALONE)).map((f) => f.kind)).toEqual(['aws-role']);
  await undo.restore(api, [item]);
  await undo.restore(api, [item]);
  expect(undo.comparable((await now()) ?? null)).toEqual(undo.comparable(item.snapshot));
});

test('a secret that nobody lets us look at is a finding that is held, and is not deleted unseen', async () => {
  const item = named(await findings(DENIED), 'aws-secret');
  expect(item).toMatchObject({ confidence: 'certain', hold: { code: 'SecretUnseen' } });
  const { api, remove } = await act(item);
  await expect(remove(api, [item])).rejects.toMatchObject({ code: 'SecretUnseen' });
});

test('where the template retains it the stack goes, and the secret after it', async () => {
  const found = await findings(RETAINED);
  const overrides = [{ item: `aws-secret:${secretOf(RETAINED)}`, reason: 'token revoked' }];
  const plan = planOf(found, { overrides });
  expect(plan.items.map((i) => [i.kind, i.guard?.code])).toEqual([
    ['aws-role', undefined],
    ['aws-cloudformation-stack', undefined],
    ['aws-secret', undefined],
  ]);
  const [, stack, secret] = plan.items as [PlanItem, PlanItem, PlanItem];
  expect([stack.contains, secret.dependsOn]).toEqual([[], [stack.id]]);
  const { api, remove, undo } = await act(stack);
  await remove(api, [stack]);
  expect(undo.impossible?.(stack)).toContain('a second time');
  const itsKind = await act(secret);
  expect(await itsKind.read(api, secret)).toBeDefined();
  await itsKind.remove(api, [secret]);
  expect(await itsKind.read(api, secret)).toBeUndefined();
  await itsKind.undo.restore(api, [secret]);
  expect(await itsKind.read(api, secret)).toEqual(secret.snapshot);
});

test('a stack that would destroy the secret is held with it, and no override makes it go', async () => {
  const found = await findings(ENDANGERED);
  const [stack, secret] = [named(found, 'aws-cloudformation-stack'), named(found, 'aws-secret')];
  for (const { hold } of [stack, secret]) expect(hold?.reason).toContain('DeletionPolicy: Retain');
  const overrides = [stack, secret].map(({ id: item }) => ({ item, reason: 'away with it' }));
  const plan = planOf(found, { overrides });
  const { api, remove } = await act(stack);
  const forced = plan.items.find((i) => i.id === stack.id);
  if (!forced) throw new Error('not planned');
  await expect(remove(api, [forced])).rejects.toMatchObject({ code: 'DeletedForGood' });
  expect(await (await act(secret)).read(api, secret)).toEqual(secret.snapshot);
});
