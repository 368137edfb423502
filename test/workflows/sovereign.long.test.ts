import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { smallEstate, TENANT, type TestEstate } from '../harness/estate.ts';
import { addGcp } from '../harness/gcp.ts';
import { finish, planOf, resultOf, startedRun } from '../harness/people.ts';
import { Stage } from '../harness/stage.ts';

const PUBLIC = `sts.windows.net/${TENANT}/`;
const CHINA = `sts.chinacloudapi.cn/${TENANT}/`;
type Cloud = 'public' | 'usgov' | 'china';

/** A tenant in a cloud, everything of ours made for the issuer `own`, and beside it the same made for `other`, which is nobody's here. */
function tenantIn(cloud: Cloud, own: string, other: string): TestEstate {
  const { manifest, objects } = addGcp(smallEstate());
  manifest.tenant = { id: TENANT, cloud };
  const ours = objects.map((o) => JSON.parse(JSON.stringify(o).replaceAll(PUBLIC, own)) as typeof o);
  const twins = objects.flatMap((o) => {
    if (!JSON.stringify(o).includes(PUBLIC) || !o.ours) return [];
    const twin = JSON.parse(JSON.stringify(o).replaceAll(PUBLIC, other)) as typeof o & { name?: string; id?: string };
    const { name, id } = twin;
    if (o.kind === 'aws-role') return [{ ...twin, ours: false, name: `${name}-twin` }];
    return [{ ...twin, ours: false, ...(o.kind === 'gcp-provider' ? { id: `${id}-twin`, pool: 'twins' } : {}) }];
  });
  const pool = {
    kind: 'gcp-pool' as const,
    ours: false,
    project: 'contoso-security',
    id: 'twins',
    displayName: 'ms-ciem-workload-identity-pool',
  };
  return { manifest, objects: [...ours, pool, ...twins] };
}

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

test.each<{ cloud: Cloud; own: string; other: string }>([
  { cloud: 'china', own: CHINA, other: PUBLIC },
  { cloud: 'usgov', own: PUBLIC, other: CHINA },
  { cloud: 'public', own: PUBLIC, other: CHINA },
])(
  '$cloud: what was made for its own issuer goes, what was made for another cloud’s is not ours and stays',
  async ({ cloud, own, other }) => {
    await inCloud(cloud);
    const run = await startedRun(stage, tenantIn(cloud, own, other));
    const { items, facts } = await planOf(stage, run);
    expect(facts.issuer).toBe(own);
    expect(items.map((i) => i.id)).toContainEqual(expect.stringContaining(`oidc-provider/${own}`));
    expect(items.map((i) => i.id)).toContainEqual(expect.stringMatching('^gcp-provider:'));
    expect(items.filter((i) => i.id.includes(other) || i.id.includes('twin'))).toEqual([]);
    expect(await finish(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
    const report = await stage.sandbox.client.report();
    expect({ left: report.ours.left, changed: report.untouched.changed }).toEqual({ left: [], changed: [] });
  },
);

test('a manifest that names another cloud than the tenant is in gets no token there: refused, and nothing is changed', async () => {
  await inCloud('usgov');
  const run = await startedRun(stage, tenantIn('china', CHINA, PUBLIC));
  expect(await resultOf(stage, run)).toMatchObject({ status: 'refused' });
  expect((await stage.sandbox.client.report()).untouched.changed).toEqual([]);
});

/** The sandbox takes no token that was asked for another cloud's Resource Manager or Graph. */
async function inCloud(cloud: Cloud): Promise<void> {
  await stage.sandbox.change(({ credentials }) => Object.assign(credentials['entra-client'] as object, { cloud }));
}
