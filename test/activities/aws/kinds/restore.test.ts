import { AWS_ORDER } from '../../../../activities/aws/order.ts';
import { byStage } from '../../../../model/order.ts';
import { CreateRoleCommand, DeleteRoleCommand, GetRoleCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { awsCloud } from '../../../../activities/aws/cloud.ts';
import type { RoleState } from '../../../../activities/aws/snapshot.ts';
import { systemsOf } from '../../../../model/manifest-systems.ts';
import type { PlanItem } from '../../../../model/plan.ts';
import { iamClient } from '../../../sandbox/aws/clients.ts';
import { sandboxHere, type SandboxHere } from '../../../sandbox/sandbox-here.ts';
import { FACTS, defaultManifest, planned } from '../../planned.ts';

const cloud = awsCloud();
const context = { manifest: defaultManifest() };
const systems = systemsOf(context.manifest).filter((s) => s.startsWith('aws:'));
let sandbox: SandboxHere;

beforeAll(async () => {
  sandbox = await sandboxHere();
});
afterAll(() => sandbox.stop());

async function plan(): Promise<PlanItem[]> {
  const snapshots = await Promise.all(systems.map(async (s) => cloud.read(await cloud.connect(s, context), s, context)));
  const told = snapshots.flatMap((s) => cloud.facts(s, FACTS.tenantId, FACTS.issuer).awsOidcRoles ?? []);
  const facts = { ...FACTS, awsOidcRoles: told };
  const findings = snapshots.flatMap((s) => cloud.kinds.flatMap((k) => k.match(s, facts).findings));
  return findings.map(planned).toSorted((a, b) => byStage({ aws: AWS_ORDER }, a, b) || b.kind.localeCompare(a.kind));
}

function kindOf(item: PlanItem) {
  const kind = cloud.kinds.find((k) => k.name === item.kind);
  if (!kind?.undo) throw new Error(`no way back for ${item.kind}`);
  return { ...kind, undo: kind.undo };
}

async function restore(item: PlanItem) {
  try {
    await kindOf(item).undo.restore(await cloud.connect(item.system, context), [item]);
    return 'restored';
  } catch (error) {
    return cloud.classify(error);
  }
}

const comparable = async (item: PlanItem) => {
  const now = await kindOf(item).read(await cloud.connect(item.system, context), item);
  return now && kindOf(item).undo.comparable(now);
};

test('all that was removed comes back the same, in reverse order, with new ids; a second restore changes nothing', async () => {
  const items = await plan();
  expect(new Set(items.map((i) => i.kind))).toEqual(new Set(['aws-role', 'aws-policy', 'aws-oidc-client-id', 'aws-secret']));
  for (const item of items) await kindOf(item).remove(await cloud.connect(item.system, context), [item]);
  expect(await plan()).toEqual([]);

  const order = items.toReversed();
  for (const item of order) expect({ [item.id]: await restore(item) }).toEqual({ [item.id]: 'restored' });
  for (const item of items)
    expect({ [item.id]: await comparable(item) }).toEqual({ [item.id]: kindOf(item).undo.comparable(item.snapshot) });
  for (const item of order) expect(await restore(item)).toBe('restored');
  for (const item of items) expect(await comparable(item)).toEqual(kindOf(item).undo.comparable(item.snapshot));

  const again = await plan();
  expect(again.map((i) => i.id)).toEqual(items.map((i) => i.id));
  for (const [i, item] of items.entries()) {
    if (item.kind !== 'aws-role') continue;
    expect(((again[i] as PlanItem).snapshot as RoleState).RoleId).not.toBe((item.snapshot as RoleState).RoleId);
    expect(kindOf(item).undo.losses(item)[0]).toContain((item.snapshot as RoleState).RoleId);
  }
});

test('a role cannot be made before the role it trusts: it is tried again later', async () => {
  const items = await plan();
  const member = items.find((i) => i.part === 'member' && i.kind === 'aws-role') as PlanItem;
  const oidc = items.find((i) => i.part === 'oidc' && i.kind === 'aws-role') as PlanItem;
  for (const item of [member, oidc]) await kindOf(item).remove(await cloud.connect(item.system, context), [item]);
  expect(await restore(member)).toMatchObject({ kind: 'retry', code: 'PrincipalUnknown' });
  expect(await restore(oidc)).toBe('restored');
  expect(await restore(member)).toBe('restored');
  expect(await comparable(member)).toEqual(kindOf(member).undo.comparable(member.snapshot));
});

test('a restore that was cut short is taken up where it stood', async () => {
  const items = await plan();
  const role = items.find((i) => i.part === 'member' && i.kind === 'aws-role') as PlanItem;
  await kindOf(role).remove(await cloud.connect(role.system, context), [role]);
  const api = await cloud.connect(role.system, context);
  const broken = { ...api, attachPolicy: () => Promise.reject(new Error('the connection broke')) };
  await expect(kindOf(role).undo.restore(broken, [role])).rejects.toThrow('the connection broke');
  expect(await comparable(role)).not.toEqual(kindOf(role).undo.comparable(role.snapshot));
  expect(await restore(role)).toBe('restored');
  expect(await comparable(role)).toEqual(kindOf(role).undo.comparable(role.snapshot));
});

test('a stranger that took the name stays as it is', async () => {
  const role = (await plan()).find((i) => i.part === 'member' && i.kind === 'aws-role') as PlanItem;
  const { RoleName } = role.snapshot as RoleState;
  await kindOf(role).remove(await cloud.connect(role.system, context), [role]);
  const iam = await iamClient(sandbox, role.system.slice(4));
  const trust = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust, Description: 'a stranger' }));
  const message = expect.stringContaining('a stranger') as unknown;
  expect(await restore(role)).toMatchObject({ kind: 'blocked', code: 'NameTaken', message });
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  expect(Role?.Description).toBe('a stranger');
  await iam.send(new DeleteRoleCommand({ RoleName }));
  expect(await restore(role)).toBe('restored');
});
