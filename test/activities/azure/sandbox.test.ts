import { afterAll, beforeAll, expect, test } from 'vitest';
import { azureCloud } from '../../../activities/azure/cloud.ts';
import type { SystemId } from '../../../model/names.ts';
import { systemsOf } from '../../../model/manifest-systems.ts';
import { FACTS, CIEM_PRINCIPAL, defaultManifest, planned } from '../planned.ts';
import { sandboxHere, type SandboxHere } from '../../sandbox/sandbox-here.ts';

const cloud = azureCloud();
const [kind] = cloud.kinds as [(typeof cloud.kinds)[number]];
const context = { manifest: defaultManifest(), ciemPrincipalId: CIEM_PRINCIPAL };
const systems = systemsOf(context.manifest).filter((s) => s.startsWith('azure:'));
const LEGACY: SystemId = 'azure:/subscriptions/a1c3d5e7-0004-4b2d-8f10-c0ffee000004';
let sandbox: SandboxHere;

beforeAll(async () => {
  sandbox = await sandboxHere({ lingerMs: 60 });
});
afterAll(() => sandbox.stop());

async function findAll() {
  const matches = [];
  for (const system of systems) {
    const api = await cloud.connect(system, context);
    matches.push(kind.match(await cloud.read(api, system, context), FACTS));
  }
  return { findings: matches.flatMap((m) => m.findings), bystanders: matches.flatMap((m) => m.bystanders) };
}

test('the worker’s credentials answer at every scope the manifest names, the root included', async () => {
  expect(systems).toHaveLength(6);
  for (const system of systems) await cloud.probe(await cloud.connect(system, context), system);
});

test('an unknown subscription is blocked by its own code when it is probed', async () => {
  const system: SystemId = 'azure:/subscriptions/00000000-1111-2222-3333-444444444444';
  const error = await cloud.probe(await cloud.connect(system, context), system).catch((e: unknown) => e);
  expect(cloud.classify(error)).toMatchObject({ kind: 'blocked', code: 'SubscriptionNotFound' });
});

test('each assignment is found once, removed at its own scope, and read back as gone; a lock blocks only its own', async () => {
  const { findings, bystanders } = await findAll();
  const ids = findings.map((f) => f.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(bystanders).toEqual([]);
  const { ours } = await sandbox.report();
  expect(ids.toSorted()).toEqual(ours.left.filter((key) => key.startsWith('azure-role-assignment:')).toSorted());

  const removals: [SystemId, unknown][] = [];
  for (const finding of findings) {
    const item = planned(finding);
    const api = await cloud.connect(item.system, context);
    expect(await kind.read(api, item)).toEqual(item.snapshot);
    const removal = await kind.remove(api, [item]).then(
      () => 'removed',
      (error: unknown) => cloud.classify(error),
    );
    removals.push([item.system, removal]);
    if (item.system === LEGACY) continue;
    await expect.poll(() => kind.read(api, item), { timeout: 15_000 }).toBeUndefined();
    // ARM answers 204 to a second deletion.
    await kind.remove(api, [item]);
  }

  const locked: unknown = expect.objectContaining({ kind: 'blocked', code: 'ScopeLocked' });
  expect(removals).toEqual(findings.map(({ system }) => [system, system === LEGACY ? locked : 'removed']));
  const after = await sandbox.report();
  expect(after.untouched.changed).toEqual([]);
  expect(after.ours.left.filter((key) => key.startsWith('azure-'))).toHaveLength(1);
  expect((await findAll()).findings.map((f) => f.system)).toEqual([LEGACY]);
});

test('without the CIEM principal a scope is unknown, not empty', async () => {
  const api = await cloud.connect(LEGACY, context);
  const error = await cloud.read(api, LEGACY, { manifest: context.manifest }).catch((e: unknown) => e);
  expect(cloud.classify(error)).toMatchObject({
    kind: 'blocked',
    code: 'NoCiemPrincipal',
    message: expect.not.stringContaining('plan') as string,
  });
});
