import { GCP_ORDER } from '../../../../activities/gcp/order.ts';
import { byStage } from '../../../../model/order.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { gcpCloud } from '../../../../activities/gcp/cloud.ts';
import { THIRTY_DAYS } from '../../../../activities/kind.ts';
import type { PlanItem } from '../../../../model/plan.ts';
import type { ToRestore } from '../../../../model/restore.ts';
import type { CloudSandbox } from '../../../sandbox/cloud-sandbox.ts';
import { planned } from '../../planned.ts';
import { factsOf, TENANT } from '../fixtures.ts';
import { contextOf, googleAt } from '../in-process.ts';

const PROJECT = 'contoso-security';
const EMAIL = `reader@${PROJECT}.iam.gserviceaccount.com`;
const ACCOUNT = `projects/${PROJECT}/serviceAccounts/${EMAIL}`;
/** A policy that the manifest does not name, whose owner gave the account a role. */
const STRANGER = 'organizations/500000000001';
const system = `gcp:projects/${PROJECT}` as const;
const cloud = gcpCloud();
const context = contextOf({ projects: [PROJECT], oidcProject: PROJECT });
let sandbox: CloudSandbox;

beforeAll(async () => {
  const ours = { ours: true, project: PROJECT };
  const pool = 'contoso-pool';
  sandbox = await googleAt([
    { kind: 'gcp-organization', ours: false, id: '500000000001', displayName: 'contoso' },
    { kind: 'gcp-project', ours: false, projectId: PROJECT, number: '600000000001', parent: 'organizations/500000000001' },
    { ...ours, kind: 'gcp-pool', id: pool, displayName: 'Contoso pool', description: 'for MEPM' },
    {
      ...ours,
      kind: 'gcp-provider',
      pool,
      id: 'entra',
      displayName: 'Entra',
      issuer: `https://sts.windows.net/${TENANT}/`,
      audiences: ['api://mciem-gcp-oidc-app'],
      attributeMapping: { 'google.subject': 'assertion.sub', 'attribute.appid': 'assertion.appid' },
      attributeCondition: "attribute.appid=='b46c3ac5-9da6-418f-a849-0a07a10b3c6c'",
      jwksJson: '{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"1"}]}',
    },
    {
      ...ours,
      kind: 'gcp-service-account',
      accountId: 'reader',
      uniqueId: '103482957610283746501',
      displayName: 'Reader',
      description: 'reads',
    },
    {
      kind: 'gcp-binding',
      ours: true,
      resource: ACCOUNT,
      role: 'roles/iam.workloadIdentityUser',
      members: [`principalSet://iam.googleapis.com/projects/600000000001/locations/global/workloadIdentityPools/${pool}/*`],
    },
    { kind: 'gcp-binding', ours: true, resource: `projects/${PROJECT}`, role: 'roles/viewer', members: [`serviceAccount:${EMAIL}`] },
    { kind: 'gcp-binding', ours: false, resource: STRANGER, role: 'roles/browser', members: [`serviceAccount:${EMAIL}`] },
  ]);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await sandbox.close();
});

const kindOf = (item: PlanItem) => {
  const kind = cloud.kinds.find((k) => k.name === item.kind);
  if (!kind?.undo) throw new Error(item.kind);
  return { ...kind, undo: kind.undo };
};

test('after 30 days pool, provider and account are made again of every field, and what the account held goes to the new one', async () => {
  const api = await cloud.connect(system, context);
  const snapshot = await cloud.read(api, system, context);
  const items = cloud.kinds
    .flatMap((k) => k.match(snapshot, factsOf(snapshot)).findings)
    .toSorted((a, b) => byStage({ gcp: GCP_ORDER }, a, b))
    .map(planned);
  expect(new Set(items.map((i) => i.kind)).size).toBe(5);
  for (const item of items) await kindOf(item).remove(api, [item]);
  const longAgo = new Date(Date.now() - THIRTY_DAYS - 60_000);
  for (const kind of ['gcp-pool', 'gcp-provider', 'gcp-service-account'] as const)
    for (const { object } of sandbox.store.deleted(kind)) sandbox.store.remove(object, longAgo);

  for (const item of items.toReversed()) {
    const binding = item.kind.endsWith('binding');
    const { undo, read, identity } = kindOf(item);
    const again: ToRestore = { ...item, recreated: binding ? 'used' : 'itself' };
    const refused = await undo.restore(api, [item]).catch((e: unknown) => cloud.classify(e));
    expect(refused).toMatchObject({ kind: 'blocked', code: binding ? 'NameTaken' : 'NotRestorable' });
    expect(await read(api, item)).toBeUndefined();
    await undo.restore(api, [again]);
    await undo.restore(api, [again]);
    const now = (await read(api, item)) ?? null;
    expect(undo.comparable(now, again.recreated)).toEqual(undo.comparable(item.snapshot, again.recreated));
    if (!identity) continue;
    expect(identity(now)).not.toBe(identity(item.snapshot));
    const [lost] = undo.recreated?.(item) ?? [];
    expect(lost).toContain(`a new unique id instead of ${identity(item.snapshot)}`);
    const left = (await api.getPolicy(STRANGER))?.bindings;
    expect(left).toEqual([{ role: 'roles/browser', members: [expect.stringMatching(/^deleted:serviceAccount:/)] }]);
    expect(lost).toContain(left?.[0]?.members[0]);
  }
  expect(sandbox.store.report().untouched.changed).toEqual([]);
  const gone = items.map((i) => i.kind).toSorted();
  const found = cloud.kinds.flatMap((k) => k.match(snapshot, factsOf(snapshot)).findings);
  expect(found.map((f) => f.kind).toSorted()).toEqual(gone);
});

test('while Google keeps a deleted pool its id cannot be used, and the restore says so instead of making another', async () => {
  const api = await cloud.connect(system, context);
  const pools = await api.listPools(PROJECT);
  const pool = pools[0];
  if (!pool) throw new Error('no pool');
  await api.deletePool(pool.name);
  const error = await api.createPool(pool).catch((e: unknown) => e);
  expect(cloud.classify(error)).toMatchObject({ kind: 'blocked', code: 'AlreadyExists' });
  await api.undeletePool(pool.name);
});
