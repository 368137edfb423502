import { afterAll, beforeAll, expect, test } from 'vitest';
import { gcpCloud } from '../../../../activities/gcp/cloud.ts';
import { GCP_ORDER } from '../../../../activities/gcp/order.ts';
import type { PlanItem } from '../../../../model/plan.ts';
import { byStage } from '../../../../model/order.ts';
import type { CloudSandbox } from '../../../sandbox/cloud-sandbox.ts';
import { planned } from '../../planned.ts';
import { factsOf, TENANT } from '../fixtures.ts';
import { contextOf, googleAt } from '../in-process.ts';

/** Of a domain's own: its accounts' mail domain turns the id around. */
const PROJECT = 'contoso.example:web';
const EMAIL = 'reader@web.contoso.example.iam.gserviceaccount.com';
const ACCOUNT = `projects/${PROJECT}/serviceAccounts/${EMAIL}`;
const UID = '103482957610283746501';
const NEWCOMER = '103482957610283746502';
const POOL = 'contoso-pool';
const system = `gcp:projects/${PROJECT}` as const;
const cloud = gcpCloud();
const context = contextOf({ projects: [PROJECT], oidcProject: PROJECT });
const account = (uniqueId: string, ours: boolean) => ({
  kind: 'gcp-service-account' as const,
  ours,
  project: PROJECT,
  accountId: 'reader',
  uniqueId,
  disabled: false,
});
const actsAs = {
  kind: 'gcp-binding' as const,
  ours: true,
  resource: ACCOUNT,
  role: 'roles/iam.workloadIdentityUser',
  members: [`principalSet://iam.googleapis.com/projects/600000000001/locations/global/workloadIdentityPools/${POOL}/*`],
};
let sandbox: CloudSandbox;
let items: PlanItem[];

beforeAll(async () => {
  sandbox = await googleAt([
    { kind: 'gcp-organization', ours: false, id: '500000000001', displayName: 'contoso' },
    { kind: 'gcp-project', ours: false, projectId: PROJECT, number: '600000000001', parent: 'organizations/500000000001' },
    { kind: 'gcp-pool', ours: true, project: PROJECT, id: POOL },
    {
      kind: 'gcp-provider',
      ours: true,
      project: PROJECT,
      pool: POOL,
      id: 'entra',
      issuer: `https://sts.windows.net/${TENANT}/`,
      audiences: ['api://mciem-gcp-oidc-app'],
      attributeCondition: "attribute.appid=='b46c3ac5-9da6-418f-a849-0a07a10b3c6c'",
    },
    account(UID, true),
    actsAs,
    { kind: 'gcp-binding', ours: true, resource: `projects/${PROJECT}`, role: 'roles/viewer', members: [`serviceAccount:${EMAIL}`] },
  ]);
});
afterAll(() => sandbox.close());

const kindOf = (item: PlanItem) => {
  const kind = cloud.kinds.find((k) => k.name === item.kind);
  if (!kind) throw new Error(item.kind);
  return kind;
};
const of = (kind: string) => items.find((i) => i.kind === kind) as PlanItem;

test('an account that somebody deleted after the plan, and that Google answers 403 for, is gone with the grant on it; what it held goes', async () => {
  const api = await cloud.connect(system, context);
  const snapshot = await cloud.read(api, system, context);
  items = cloud.kinds
    .flatMap((k) => k.match(snapshot, factsOf(snapshot)).findings)
    .toSorted((a, b) => byStage({ gcp: GCP_ORDER }, a, b))
    .map(planned);
  expect(items).toHaveLength(5);
  await api.deleteServiceAccount(ACCOUNT);
  for (const kind of ['gcp-service-account', 'gcp-impersonation-binding'])
    expect(await kindOf(of(kind)).read(api, of(kind))).toBeUndefined();
  // It stands under its id: the same grant.
  expect(await kindOf(of('gcp-binding')).read(api, of('gcp-binding'))).toBeDefined();
  for (const kind of ['gcp-impersonation-binding', 'gcp-binding', 'gcp-service-account']) {
    await kindOf(of(kind)).remove(api, [of(kind)]);
    expect(await kindOf(of(kind)).read(api, of(kind))).toBeUndefined();
  }
  expect((await api.getPolicy(`projects/${PROJECT}`))?.bindings ?? []).toEqual([]);
});

test('what is of somebody who has its address by now is nothing of what was planned', async () => {
  const api = await cloud.connect(system, context);
  sandbox.store.put(account(NEWCOMER, false));
  sandbox.store.put({ ...actsAs, ours: false });
  const held = { kind: 'gcp-binding' as const, ours: false, resource: `projects/${PROJECT}`, role: 'roles/viewer' };
  sandbox.store.put({ ...held, members: [`serviceAccount:${EMAIL}`] });
  for (const kind of ['gcp-service-account', 'gcp-impersonation-binding', 'gcp-binding']) {
    const now = await kindOf(of(kind)).read(api, of(kind));
    expect(now).toMatchObject({ uniqueId: NEWCOMER });
    expect(of(kind).snapshot).toMatchObject({ uniqueId: UID });
  }
});
