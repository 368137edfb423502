import { AZURE_ORDER } from '../../activities/azure/order.ts';
import { ENTRA_ORDER } from '../../activities/entra/order.ts';
import { byStage } from '../../model/order.ts';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { AnyCloud } from '../../activities/cloud.ts';
import { ownAccessScript } from '../../client/render/own-access-script.ts';
import { removalScript, restoreScript, type ScriptSource } from '../../client/render/script.ts';
import { systemsOf } from '../../model/manifest-systems.ts';
import { systemType } from '../../model/names.ts';
import { mergeOwnAccess, type OwnAccess } from '../../model/own-access.ts';
import type { Plan, PlanItem } from '../../model/plan.ts';
import { allClouds } from '../../worker/clouds.ts';
import { FACTS, CIEM_PRINCIPAL, defaultManifest, planned } from '../activities/planned.ts';
import { DEFAULT_ESTATE } from '../sandbox/start-sandbox.ts';
import { startSandbox, type RunningSandbox } from './sandbox-process.ts';
import { azShell, type AzShell } from './az-cli.ts';

/** The Azure CLI and Microsoft Graph by `az rest`, on the sandbox: another house's hand, though not another house's cloud. */

const ODD = `-- it's "quoted" $(touch owned) \`id\` & é %PATH%`;
const SUBSCRIPTION = '/subscriptions/a1c3d5e7-0001-4b2d-8f10-c0ffee000001';
/** A lock keeps what is in this one, from the script as from the product. */
const LOCKED = 'azure:/subscriptions/a1c3d5e7-0004-4b2d-8f10-c0ffee000004';
const folder = mkdtempSync(join(tmpdir(), 'offboard-az-'));
const context = { manifest: defaultManifest(), ciemPrincipalId: CIEM_PRINCIPAL };
const systems = systemsOf(context.manifest).filter((s) => ['azure', 'entra'].includes(systemType(s)));
const source: ScriptSource = { run: 'independent', hash: 'ab'.repeat(32), manifest: context.manifest, now: new Date() };
let sandbox: RunningSandbox;
let az: AzShell;
let clouds: Record<string, AnyCloud>;

beforeAll(async () => {
  const estate = parse(readFileSync(DEFAULT_ESTATE, 'utf8')) as { objects: object[] };
  estate.objects.push({
    kind: 'azure-role-assignment',
    ours: true,
    name: '7b1e4c90-0901-4a5f-9d3c-2f60b8a71e01',
    scope: SUBSCRIPTION,
    role: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
    principalId: CIEM_PRINCIPAL,
    description: ODD,
    condition: "@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'a\"b'",
    conditionVersion: '2.0',
  });
  const file = join(folder, 'estate.yaml');
  writeFileSync(file, stringify(estate));
  sandbox = await startSandbox(file);
  az = await azShell(process.env);
  clouds = allClouds();
  return async () => {
    az.remove();
    await sandbox.stop();
    rmSync(folder, { recursive: true });
  };
});

async function found(): Promise<PlanItem[]> {
  const matches = [];
  for (const system of systems) {
    const cloud = clouds[systemType(system)] as AnyCloud;
    const snapshot: unknown = await cloud.read(await cloud.connect(system, context), system, context);
    matches.push(...cloud.kinds.flatMap((k) => k.match(snapshot, FACTS).findings));
  }
  const items = matches.map(planned).filter((i) => i.system !== LOCKED);
  return items.toSorted((a, b) => (a.phase === b.phase ? byStage({ azure: AZURE_ORDER, entra: ENTRA_ORDER }, a, b) : 0));
}

async function own(): Promise<OwnAccess> {
  const parts = systems.map(async (system) => {
    const cloud = clouds[systemType(system)] as AnyCloud;
    return (await cloud.ownAccess?.(await cloud.connect(system, context), system, context)) ?? { identities: [], grants: [], unknown: [] };
  });
  return mergeOwnAccess(await Promise.all(parts));
}

const ourKeys = (keys: string[]) => keys.filter((k) => /^(azure|entra)-/.test(k) && !k.includes(LOCKED.slice('azure:'.length)));

test('the removal, run by bash with the real Azure CLI, takes what is planned and nothing else, and the way back brings all of it, field by field', async () => {
  const items = await found();
  expect(items.length).toBeGreaterThan(6);
  const plan = { items } as unknown as Plan;
  const removal = removalScript({ ...source, plan });
  expect(await az.run(removal)).toMatchObject({ code: 0, err: '' });
  expect(await az.run(removal)).toMatchObject({ code: 0 });
  await expect.poll(async () => ourKeys((await sandbox.report()).ours.left), { timeout: 60_000 }).toEqual([]);
  expect((await sandbox.report()).untouched.changed).toEqual([]);

  const back = items.toReversed().map((i) => ({ ...i, removedAt: '', losses: [] }));
  const restore = restoreScript({ ...source, plan: { items: back, untouched: [] } });
  const { code, err } = await az.run(restore);
  // It says of three of its options that they are in preview.
  expect({ code, err: err.replaceAll(/^WARNING: .* is in preview .*\n/gm, '') }).toEqual({ code: 0, err: '' });
  expect(await az.run(restore)).toMatchObject({ code: 0 });
  expect((await found()).map((i) => i.snapshot)).toEqual(items.map((i) => i.snapshot));
  expect((await sandbox.report()).untouched.changed).toEqual([]);
}, 300_000);

test('the worker’s own access, taken by the real Azure CLI, is gone: role assignments, directory roles and application permissions', async () => {
  const access = await own();
  const kinds = new Set(access.grants.map((g) => g.kind));
  expect(kinds).toEqual(new Set(['azure-role-assignment', 'entra-directory-role', 'entra-app-role']));
  const script = ownAccessScript(access, source);
  expect(await az.run(script)).toMatchObject({ code: 0, err: '' });
  expect(await az.run(script)).toMatchObject({ code: 0 });
  expect((await sandbox.report()).untouched.changed.map((c) => c.key)).toHaveLength(access.grants.length);
  expect((await own()).grants).toEqual([]);
}, 300_000);
