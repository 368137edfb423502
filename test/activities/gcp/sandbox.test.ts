import { GCP_ORDER } from '../../../activities/gcp/order.ts';
import { byStage } from '../../../model/order.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gcpCloud } from '../../../activities/gcp/cloud.ts';
import type { Facts } from '../../../model/finding.ts';
import { systemsOf } from '../../../model/manifest-systems.ts';
import type { SystemId } from '../../../model/names.ts';
import type { PlanItem } from '../../../model/plan.ts';
import { FACTS, defaultManifest, planned } from '../planned.ts';
import { sandboxHere, type SandboxHere } from '../../sandbox/sandbox-here.ts';

const cloud = gcpCloud();
const context = { manifest: defaultManifest() };
const systems = systemsOf(context.manifest).filter((s) => s.startsWith('gcp:'));
let sandbox: SandboxHere;

beforeAll(async () => {
  sandbox = await sandboxHere({ lingerMs: 60 });
});
afterAll(() => sandbox.stop());

async function findAll(known?: Facts) {
  const snapshots = [];
  for (const system of systems) snapshots.push(await cloud.read(await cloud.connect(system, context), system, context));
  const accounts = snapshots.flatMap((s) => cloud.facts(s, FACTS.tenantId, FACTS.issuer).gcpServiceAccounts ?? []);
  const facts = known ?? { ...FACTS, gcpServiceAccounts: accounts };
  const matches = snapshots.flatMap((s) => cloud.kinds.map((kind) => kind.match(s, facts)));
  return { facts, findings: matches.flatMap((m) => m.findings), bystanders: matches.flatMap((m) => m.bystanders) };
}

function kindOf(item: PlanItem) {
  const kind = cloud.kinds.find((k) => k.name === item.kind);
  if (!kind) throw new Error(`no kind ${item.kind}`);
  return kind;
}

/** Items that one write takes away, in the order of their stages. */
function batches(items: PlanItem[]): [PlanItem, ...PlanItem[]][] {
  const sorted = items.toSorted((a, b) => byStage({ gcp: GCP_ORDER }, a, b));
  const groups = Map.groupBy(sorted, (item) => `${item.kind} ${kindOf(item).writeKey?.(item) ?? item.id}`);
  return [...groups.values()] as [PlanItem, ...PlanItem[]][];
}

async function outcome(work: Promise<unknown>) {
  return work.then(
    () => 'answered',
    (error: unknown) => cloud.classify(error),
  );
}

test('the worker’s credentials answer for the organisation, the folder and each project', async () => {
  expect(systems).toHaveLength(6);
  for (const system of systems) expect(await outcome(cloud.probe(await cloud.connect(system, context), system))).toBe('answered');
});

test('a project that does not exist is blocked, not taken for empty', async () => {
  const system: SystemId = 'gcp:projects/contoso-unknown';
  const judged = await outcome(cloud.read(await cloud.connect(system, context), system, context));
  expect(judged).toMatchObject({ kind: 'blocked', code: 'PermissionDenied' });
});

test('an endpoint that does not answer is tried again', async () => {
  const { OFFBOARD_GCP_RESOURCE_MANAGER_ENDPOINT: endpoint } = process.env;
  process.env['OFFBOARD_GCP_RESOURCE_MANAGER_ENDPOINT'] = 'https://127.0.0.1:1/';
  try {
    const other = gcpCloud();
    const system: SystemId = 'gcp:organizations/504113872240';
    expect(await outcome(other.probe(await other.connect(system, context), system))).toMatchObject({ kind: 'retry', code: 'Unreachable' });
  } finally {
    process.env['OFFBOARD_GCP_RESOURCE_MANAGER_ENDPOINT'] = endpoint;
  }
});

test('two writers of one policy meet in its etag, and neither undoes the other', async () => {
  const { findings } = await findAll();
  const items = findings.filter((f) => f.kind === 'gcp-binding' && f.system === 'gcp:projects/contoso-legacy').map((f) => planned(f));
  expect(items).toHaveLength(2);
  await Promise.all(items.map(async (item) => kindOf(item).remove(await cloud.connect(item.system, context), [item])));
  for (const item of items) expect(await kindOf(item).read(await cloud.connect(item.system, context), item)).toBeUndefined();
  expect((await sandbox.report()).untouched.changed).toEqual([]);
});

test('everything of ours is found, removed in order, and read back as gone; nothing else changes; and all of it comes back', async () => {
  const { facts, findings, bystanders } = await findAll();
  expect(facts.gcpServiceAccounts).toEqual([
    {
      email: 'contoso-ciem-reader@contoso-identity.iam.gserviceaccount.com',
      uniqueId: '103482957610283746501',
      confidence: 'certain',
      named: true,
    },
  ]);
  const { ours } = await sandbox.report();
  expect(findings.map((f) => f.kind).toSorted()).toEqual(
    ours.left
      .filter((key) => key.startsWith('gcp-'))
      .map((key) =>
        key.startsWith('gcp-binding:projects/contoso-identity/serviceAccounts/') ? 'gcp-impersonation-binding' : (key.split(':')[0] ?? ''),
      )
      .toSorted(),
  );
  expect(findings.every((f) => f.confidence === 'certain' && f.hold === undefined)).toBe(true);
  expect(bystanders.map((s) => s.why).join('\n')).toMatch(/microsoft-defender-ciem[^]*ciem-discovery/);

  for (const items of batches(findings.map((f) => planned(f)))) {
    const api = await cloud.connect(items[0].system, context);
    for (const item of items) expect(await kindOf(item).read(api, item)).toEqual(item.snapshot);
    await kindOf(items[0]).remove(api, items);
    for (const item of items) await expect.poll(() => kindOf(item).read(api, item), { interval: 10, timeout: 15_000 }).toBeUndefined();
    // Again, as after a lost answer.
    await kindOf(items[0]).remove(api, items);
  }

  const after = await sandbox.report();
  expect(after.untouched.changed).toEqual([]);
  expect(after.ours.left.filter((key) => key.startsWith('gcp-'))).toEqual([]);
  expect((await findAll(facts)).findings).toEqual([]);

  for (const items of batches(findings.map((f) => planned(f))).toReversed()) {
    const api = await cloud.connect(items[0].system, context);
    const { undo, read } = kindOf(items[0]);
    expect(items.flatMap((item) => undo?.losses(item))).toEqual([]);
    await undo?.restore(api, items);
    await undo?.restore(api, items);
    for (const item of items) expect(await read(api, item)).toEqual(item.snapshot);
  }
  const again = await sandbox.report();
  expect(again.untouched.changed).toEqual([]);
  expect(again.ours.left).toEqual(ours.left);
  const byId = (list: { id: string }[]) => list.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const restored = await findAll();
  expect(byId(restored.findings)).toEqual(byId(findings));
  expect(byId(restored.bystanders)).toEqual(byId(bystanders));
});
