import { afterEach, expect, test, vi } from 'vitest';
import { gcpCloud } from '../../../../../activities/gcp/cloud.ts';
import type { GcpApi } from '../../../../../activities/gcp/wire/clients.ts';
import type { Finding, Match } from '../../../../../model/finding.ts';
import { planOf } from '../../../../model/findings.ts';
import type { CloudSandbox } from '../../../../sandbox/cloud-sandbox.ts';
import { planned } from '../../../planned.ts';
import { TENANT } from '../../fixtures.ts';
import { contextOf, googleAt } from '../../in-process.ts';

const ORGANIZATION = 'organizations/500000000001';
const PROJECT = 'contoso-security';
const EMAIL = `reader@${PROJECT}.iam.gserviceaccount.com`;
const OURS = `serviceAccount:${EMAIL}`;
const EVE = 'user:eve@contoso.example';
const ROLE = `${ORGANIZATION}/roles/CloudKnoxIAMOrgAdmin_1650000000`;
const context = contextOf({ organization: '500000000001', projects: [PROJECT], oidcProject: PROJECT });
let sandbox: CloudSandbox;

afterEach(async () => {
  vi.unstubAllEnvs();
  await sandbox.close();
});

const binding = (resource: string, role: string, member: string, ours = member === OURS) => ({
  kind: 'gcp-binding',
  ours,
  resource,
  role,
  members: [member],
});

/** An organisation with the role, these bindings of it, and an account of ours in its project. */
async function organisation(bindings: object[], role: object = {}, deny: string[] = []) {
  const ours = { ours: true, project: PROJECT };
  const [pool, number] = ['contoso-pool', '600000000001'];
  sandbox = await googleAt([
    { kind: 'gcp-organization', ours: false, id: '500000000001', displayName: 'contoso', deny },
    { kind: 'gcp-project', ours: false, projectId: PROJECT, number, parent: ORGANIZATION },
    { ...ours, kind: 'gcp-pool', id: pool },
    {
      ...ours,
      kind: 'gcp-provider',
      pool,
      id: 'entra',
      issuer: `https://sts.windows.net/${TENANT}/`,
      audiences: ['api://mciem-gcp-oidc-app'],
      attributeCondition: "attribute.appid=='b46c3ac5-9da6-418f-a849-0a07a10b3c6c'",
    },
    { ...ours, kind: 'gcp-service-account', accountId: 'reader', uniqueId: '103482957610283746501' },
    binding(
      `projects/${PROJECT}/serviceAccounts/${EMAIL}`,
      'roles/iam.workloadIdentityUser',
      `principalSet://iam.googleapis.com/projects/${number}/locations/global/workloadIdentityPools/${pool}/*`,
      true,
    ),
    {
      kind: 'gcp-custom-role',
      ours: true,
      organization: '500000000001',
      id: 'CloudKnoxIAMOrgAdmin_1650000000',
      title: 'CloudKnox IAM Org Admin',
      permissions: ['resourcemanager.organizations.setIamPolicy', 'iam.roles.list'],
      ...role,
    },
    ...bindings,
  ]);
  const cloud = gcpCloud();
  const read = async (change: Partial<GcpApi> = {}): Promise<Match> => {
    const systems = [`gcp:${ORGANIZATION}`, `gcp:projects/${PROJECT}`] as const;
    const snapshots = await Promise.all(
      systems.map(async (s) => cloud.read(Object.assign(Object.create(await cloud.connect(s, context)) as GcpApi, change), s, context)),
    );
    const told = snapshots.map((s) => cloud.facts(s, TENANT, `sts.windows.net/${TENANT}/`));
    const facts = {
      tenantId: TENANT,
      issuer: `sts.windows.net/${TENANT}/`,
      awsOidcRoles: [],
      gcpServiceAccounts: told.flatMap((t) => t.gcpServiceAccounts ?? []),
    };
    const matches = snapshots.flatMap((s) => cloud.kinds.map((k) => k.match(s, facts)));
    return { findings: matches.flatMap((m) => m.findings), bystanders: matches.flatMap((m) => m.bystanders) };
  };
  const kind = cloud.kinds.find((k) => k.name === 'gcp-custom-role');
  if (!kind?.undo) throw new Error('no kind');
  return { cloud, read, kind, undo: kind.undo, api: await cloud.connect(`gcp:${ORGANIZATION}`, context) };
}

const roleOf = (match: Match) => match.findings.find((f) => f.kind === 'gcp-custom-role');

test('a role that only our account holds is ours; it goes after its bindings, softly, and comes back before them', async () => {
  const { cloud, read, kind, undo, api } = await organisation([
    binding(ORGANIZATION, ROLE, OURS),
    binding(`projects/${PROJECT}`, ROLE, OURS),
  ]);
  const match = await read();
  const role = roleOf(match) as Finding;
  expect(role).toMatchObject({
    id: `gcp-custom-role:${ROLE}`,
    confidence: 'certain',
    why: [expect.stringContaining(`held at ${ORGANIZATION} by ${OURS}`), expect.anything(), expect.stringContaining('with 2 permissions')],
  });
  expect(role.hold).toBeUndefined();
  const { items } = planOf(match.findings);
  const bindings = items.filter((i) => i.kind === 'gcp-binding');
  expect(items.find((i) => i.id === role.id)?.dependsOn).toEqual(bindings.map((b) => b.id).toSorted());

  const item = planned(role);
  expect(await kind.read(api, item)).toEqual(item.snapshot);
  const early = await kind.remove(api, [item]).catch((e: unknown) => cloud.classify(e));
  expect(early).toMatchObject({ kind: 'blocked', code: 'StillInUse', message: expect.stringContaining(OURS) as unknown });
  const bindingKind = cloud.kinds.find((k) => k.name === 'gcp-binding');
  for (const b of bindings) await bindingKind?.remove(api, [b]);
  await kind.remove(api, [item]);
  expect(await kind.read(api, item)).toBeUndefined();
  await undo.restore(api, [item]);
  await undo.restore(api, [item]);
  expect(await kind.read(api, item)).toEqual(item.snapshot);
  expect(sandbox.store.report().ours.altered.filter((k) => !k.startsWith('gcp-binding'))).toEqual([]);
});

test.each([
  ['somebody else holds it in the organisation', [binding(ORGANIZATION, ROLE, EVE)]],
  ['somebody else holds it in a project that the manifest does not name', [binding('projects/contoso-web', ROLE, EVE)]],
])('it stays while %s', async (_name, more) => {
  const web = { kind: 'gcp-project', ours: false, projectId: 'contoso-web', number: '600000000002', parent: ORGANIZATION };
  const { read } = await organisation([binding(ORGANIZATION, ROLE, OURS), web, ...more]);
  expect(roleOf(await read())?.hold).toMatchObject({ code: 'SharedRole', reason: expect.stringContaining(EVE) as unknown });
});

test('its name decides nothing: held by others only, or by nobody, it is shown and not touched', async () => {
  const { read } = await organisation([binding(ORGANIZATION, ROLE, EVE)]);
  const match = await read();
  expect(roleOf(match)).toBeUndefined();
  const seen = match.bystanders.find((s) => s.id === `gcp-custom-role:${ROLE}`);
  expect(seen?.why).toContain(`but held by ${EVE} at ${ORGANIZATION} only`);
});

test('a role of another name is not looked at, whoever holds it', async () => {
  const other = `${ORGANIZATION}/roles/auditors`;
  const { read } = await organisation([binding(ORGANIZATION, other, OURS)], { id: 'auditors', title: 'Auditors', ours: false });
  const match = await read();
  expect(roleOf(match)).toBeUndefined();
  expect(match.findings.find((f) => f.kind === 'gcp-binding')?.uses).toContain(`gcp:role:${other}`);
});

test('what may not be looked at is told: the roles themselves, or who holds them below the organisation', async () => {
  const held = [binding(ORGANIZATION, ROLE, OURS)];
  const { read } = await organisation(held, {}, ['iam.roles.list']);
  const blind = await read();
  expect(blind.bystanders.find((s) => s.id === `custom roles of ${ORGANIZATION}`)?.why).toContain('iam.roles.list');
  await sandbox.close();
  const { read: readAgain } = await organisation(held, {}, ['cloudasset.assets.searchAllIamPolicies']);
  expect(roleOf(await readAgain())?.hold).toMatchObject({
    code: 'SharedRole',
    reason: expect.stringContaining('searchAllIamPolicies') as unknown,
  });
});

test('after 7 days it cannot be had, nor its bindings; after 37 it is made again of every field', async () => {
  const { cloud, read, kind, undo, api } = await organisation([binding(ORGANIZATION, ROLE, OURS)]);
  const match = await read();
  const item = planned(roleOf(match) as Finding);
  const held = planned(match.findings.find((f) => f.uses.includes(`gcp:role:${ROLE}`)) as Finding);
  const bindings = cloud.kinds.find((k) => k.name === held.kind);
  const classified = (e: unknown) => cloud.classify(e);
  await bindings?.remove(api, [held]);
  await kind.remove(api, [item]);
  const [object] = sandbox.store.deleted('gcp-custom-role').map((d) => d.object);
  const ago = (days: number) => object && sandbox.store.remove(object, new Date(Date.now() - days * 86_400_000));

  ago(8);
  expect(await undo.restore(api, [item]).catch(classified)).toMatchObject({ kind: 'blocked', code: 'NotRestorable' });
  expect(await undo.restore(api, [{ ...item, recreated: 'itself' }]).catch(classified)).toMatchObject({
    kind: 'blocked',
    message: expect.stringContaining('in a deleted state') as unknown,
  });
  expect(await bindings?.undo?.restore(api, [held]).catch(classified)).toMatchObject({
    kind: 'blocked',
    message: expect.stringContaining("does not exist in the resource's hierarchy") as unknown,
  });
  ago(38);
  await undo.restore(api, [{ ...item, recreated: 'itself' }]);
  await undo.restore(api, [{ ...item, recreated: 'itself' }]);
  await bindings?.undo?.restore(api, [held]);
  expect(await kind.read(api, item)).toEqual(item.snapshot);
  expect(sandbox.store.report().ours.altered).toEqual([]);
});

test('one that is another by now is not undeleted over, and one that Google no longer keeps says when its id is free', async () => {
  const { cloud, read, undo, api } = await organisation([binding(ORGANIZATION, ROLE, OURS)]);
  const item = planned(roleOf(await read()) as Finding);
  const changed = { ...item, snapshot: { ...(item.snapshot as object), includedPermissions: ['iam.roles.list'] } };
  const taken = await undo.restore(api, [changed]).catch((e: unknown) => cloud.classify(e));
  expect(taken).toMatchObject({ kind: 'blocked', code: 'NameTaken' });
  const gone = { ...api, getRole: () => Promise.resolve(undefined) };
  const purged = await undo.restore(gone, [item]).catch((e: unknown) => cloud.classify(e));
  expect(purged).toMatchObject({ kind: 'blocked', code: 'NotRestorable' });
  expect(JSON.stringify(purged)).toContain('37 days');
});
