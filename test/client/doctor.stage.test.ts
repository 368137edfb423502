import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { withIncluded } from '../../activities/entra/rights.ts';
import { main } from '../../client/cli.ts';
import type { Check } from '../../client/render/doctor.ts';
import { parseManifest } from '../../model/parse-manifest.ts';
import { systemsOf } from '../../model/manifest-systems.ts';
import { systemType } from '../../model/names.ts';
import { USES } from '../../model/permission.ts';
import type { Guarded } from '../../sandbox/permissions/permissions.ts';
import { seeded } from '../../sandbox/seeded.ts';
import { readText } from '../../security/files.ts';
import { allClouds } from '../../worker/clouds.ts';
import { defaultEstate } from '../harness/default-estate.ts';
import { TENANT } from '../harness/estate.ts';
import { exactly, notInTables } from '../harness/permissions.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
let manifest = '';
beforeAll(async () => {
  await stage.open(defaultEstate());
  manifest = await stage.fill(defaultEstate());
});
afterEach(() => stage.sandbox.client.permit({}));
afterAll(() => stage.close());

const SEED = 13;
const SAMPLE = 10;

interface Told {
  ready: boolean;
  checks: Check[];
  mends: { about: string; mend: string }[];
}

async function doctor(...args: string[]): Promise<Told & { code: number }> {
  const { code, out, err } = await stage.offboard('doctor', ...args, '--json');
  expect(err).toBe('');
  return { code, ...(JSON.parse(out) as Told) };
}

/** Just what all uses need, but for some. */
function without(...taken: string[]): Record<Guarded, string[]> {
  const given = exactly(...USES);
  // What may be left out holds others of Graph's.
  const graph = given.graph.filter((p) => p !== 'Directory.Read.All');
  return Object.fromEntries(
    Object.entries({ ...given, graph }).map(([cloud, permissions]) => [cloud, permissions.filter((p) => !taken.includes(p))]),
  ) as Record<Guarded, string[]>;
}

/** What doctor asks for with this manifest, but for what another permission of Graph's holds. */
function askedFor(): string[] {
  const parsed = parseManifest(manifest, readText(manifest));
  const clouds = allClouds();
  const asked = systemsOf(parsed).flatMap((system) => clouds[systemType(system)].rights?.rows(system, { manifest: parsed }) ?? []);
  const permissions = [...new Set(asked.flatMap((row) => row.needs))].toSorted();
  return permissions.filter((p) => !withIncluded(without(p).graph).has(p));
}

test('with just what the files give it is ready, having changed nothing and made no call that the tables do not know', async () => {
  await stage.sandbox.client.permit(exactly('discover', 'remove'));
  const { code, out, err } = await stage.offboard('doctor', manifest);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/\n\nready\n$/);
  for (const about of [
    'keys',
    'Temporal',
    'worker',
    'AWS',
    'Azure',
    'Google Cloud',
    'Entra ID',
    'Portal',
    'records',
    'policy',
    'clock',
    'proxy',
  ])
    expect(out).toMatch(new RegExp(`^${about} +ok `, 'm'));
  expect(out).toContain('a closed run is forgotten after');
  expect(notInTables(await stage.sandbox.client.needed(), ['discover'])).toEqual([]);
  const { ours, untouched } = await stage.sandbox.client.report();
  expect([ours.left.length, ours.altered, untouched.changed]).toEqual([ours.objects, [], []]);
});

test('of one permission taken away in each cloud it says which, for what, where, and what to paste', async () => {
  const taken = [
    'iam:DeleteRole',
    'Microsoft.Authorization/roleAssignments/delete',
    'iam.serviceAccounts.delete',
    'RoleManagement.Read.Directory',
  ];
  await stage.sandbox.client.permit(without(...taken));
  const { code, out } = await stage.offboard('doctor', manifest);
  expect(code).toBe(52);
  expect(out).toContain('Not ready. To be mended: 4');
  expect(out).toMatch(/to remove: iam:DeleteRole missing in aws:\d{12}, .* and 3 more/);
  expect(out).toContain('"Action": [');
  expect(out).toContain('"arn:aws:iam::*:role/*"');
  expect(out).toMatch(/to remove: Microsoft\.Authorization\/roleAssignments\/delete missing in azure:/);
  expect(out).toContain(`"/providers/Microsoft.Management/managementGroups/${TENANT}"`);
  expect(out).toMatch(/to remove: iam\.serviceAccounts\.delete missing in gcp:projects\//);
  expect(out).toContain('includedPermissions:');
  expect(out).toMatch(/to discover: RoleManagement\.Read\.Directory missing in entra:/);
});

test(`each of ${SAMPLE} permissions, chosen by a seed, is told when it alone is taken away, and nothing else is`, async () => {
  const random = seeded(SEED);
  const all = askedFor();
  const chosen = Array.from({ length: SAMPLE }, () => all.splice(Math.floor(random() * all.length), 1)[0] ?? '');
  for (const permission of chosen) {
    await stage.sandbox.client.permit(without(permission));
    const { checks } = await doctor(manifest, '--for', USES.join(','));
    const others = checks.filter((c) => c.state !== 'ok' && !c.says.includes(permission) && !c.says.includes('Directory.Read.All'));
    expect([permission, others]).toEqual([permission, []]);
    expect([permission, checks.filter((c) => c.says.includes(permission)).length]).not.toEqual([permission, 0]);
  }
}, 120_000);

test('what cannot be asked is not known, which is never ready; the role that cannot be entered is told', async () => {
  await stage.sandbox.client.permit(without('iam:SimulatePrincipalPolicy', 'Microsoft.Authorization/permissions/read'));
  const unasked = await doctor(manifest);
  expect([unasked.code, unasked.ready]).toEqual([52, false]);
  const unknown = unasked.checks.filter((c) => c.state !== 'ok').map((c) => `${c.about} ${c.state}`);
  expect(new Set(unknown)).toEqual(new Set(['AWS not known', 'Azure not known']));
  expect(unasked.checks.filter((c) => c.state === 'ok' && c.says.startsWith('to ')).map((c) => c.about)).not.toContain('AWS');
  await stage.sandbox.client.permit(without('sts:AssumeRole'));
  const shut = await doctor(manifest);
  expect(shut.mends.map((m) => m.mend)).toContainEqual(expect.stringContaining('sts:AssumeRole'));
  expect(await doctor()).toMatchObject({ code: 52, ready: false, mends: [{ about: 'manifest' }] });
});

test('without a worker, with other keys or without a server it says so and shows what is known; a wrong word or manifest is refused', async () => {
  expect((await stage.offboard('doctor', '--for', 'everything')).code).toBe(2);
  expect((await stage.offboard('doctor', manifest, manifest)).code).toBe(2);
  expect((await stage.offboard('doctor', '/nowhere.yaml')).code).toBe(10);
  const elsewhere = async (change: NodeJS.ProcessEnv) => {
    let out = '';
    const io = { out: (text: string) => void (out += text), err: () => undefined, stdin: Readable.from([]), interactive: false };
    return { code: await main(['doctor', manifest], { ...io, env: { ...stage.env, ...change }, program: 'offboard' }), out };
  };
  const key = { current: 'other', keys: { other: randomBytes(32).toString('base64') } };
  const strange = await elsewhere({ OFFBOARD_KEYS: JSON.stringify(key) });
  expect(strange).toMatchObject({ code: 52, out: expect.stringMatching(/keys +mend +the worker and this machine do not read/) as string });
  const apart = await elsewhere({ OFFBOARD_HOME: '/nowhere', TEMPORAL_ADDRESS: '127.0.0.1:1' });
  expect(apart).toMatchObject({
    code: 52,
    out: expect.stringMatching(/keys +mend .*\nTemporal +mend .*\n\nNot ready. To be mended: 2\n/) as string,
  });
  const { code, out } = await elsewhere({ OFFBOARD_TASK_QUEUE: 'nobody-polls-this' });
  expect(code).toBe(52);
  expect(out).toContain('no worker polls the task queue');
  expect(out).toContain('search attributes');
});
