import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteRoleCommand, DetachRolePolicyCommand, ListRolesCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { loadEstate } from '../../sandbox/estate.ts';
import type { State } from '../../sandbox/state.ts';
import type { SandboxReport } from '../../sandbox/store.ts';
import { iamClient } from './aws/clients.ts';
import { call, DEFAULT_ESTATE, startSandbox, workerToken, type RunningSandbox } from './start-sandbox.ts';

const MEMBER = '210987654311';
const RoleName = 'mciem-member-account-role';
const { manifest, objects } = loadEstate(DEFAULT_ESTATE);
let sandbox: RunningSandbox;
let authorization: string;

beforeAll(async () => {
  sandbox = await startSandbox();
  authorization = `Bearer ${readFileSync(join(sandbox.state, 'control-token'), 'utf8')}`;
});
beforeEach(async () => void (await control('PUT', 'estate', { manifest, objects })));
afterAll(() => sandbox.stop());

const control = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
  call(sandbox, method, `/sandbox/${path}`, { ...(body ? { body } : {}), headers: { authorization, ...headers } });
const report = async () => (await call<SandboxReport>(sandbox, 'GET', '/sandbox/report')).json();
const environment = () => JSON.parse(readFileSync(join(sandbox.state, 'worker.env.json'), 'utf8')) as unknown;
async function state(): Promise<{ state: State; etag: string }> {
  const answer = await control('GET', 'state');
  return { state: answer.json() as State, etag: String(answer.headers['etag']) };
}

async function removeRole(): Promise<void> {
  const client = await iamClient(sandbox, MEMBER);
  await client.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: 'arn:aws:iam::aws:policy/SecurityAudit' }));
  await client.send(new DeleteRoleCommand({ RoleName }));
}

test('nobody but who can read the sandbox’s folder changes its estate, whatever token a cloud gave', async () => {
  expect(statSync(join(sandbox.state, 'control-token')).mode & 0o777).toBe(0o600);
  const worker = `Bearer ${await workerToken(sandbox, 'https://graph.microsoft.com/.default')}`;
  for (const headers of [{ authorization: '' }, { authorization: 'Bearer ' }, { authorization: worker }]) {
    expect((await control('PUT', 'estate', { manifest, objects }, headers)).status).toBe(401);
    expect((await control('GET', 'state', undefined, headers)).status).toBe(401);
    expect((await control('PUT', 'state', {}, headers)).status).toBe(401);
  }
});

test('another estate begins as at a first start; keys, credentials, sessions and address stay', async () => {
  const before = environment();
  const client = await iamClient(sandbox, MEMBER);
  await removeRole();
  const { state: used } = await state();
  expect((await report()).ours.altered).not.toEqual([]);
  const fewer = objects.filter((o) => !(o.kind === 'aws-role' && o.account === MEMBER && o.name !== RoleName));
  expect((await control('PUT', 'estate', { manifest, objects: fewer })).status).toBe(204);
  const { ours, untouched } = await report();
  expect([ours.altered, untouched.changed, ours.objects + untouched.objects]).toEqual([[], [], fewer.length]);
  const { Roles } = await client.send(new ListRolesCommand({}));
  expect(Roles?.map((r) => r.RoleName)).toEqual([RoleName]);
  const { state: now } = await state();
  expect(now.credentials).toEqual(used.credentials);
  expect(environment()).toEqual(before);
});

test('an estate with faults is refused with all of them, and what was there stays', async () => {
  await removeRole();
  const wrong = await control('PUT', 'estate', { manifest, objects: [...objects, objects[0], { kind: 'aws-rule' }] });
  expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining(`objects[${objects.length + 1}].kind: unknown kind`)]);
  const twice = await control('PUT', 'estate', { manifest, objects: [...objects, objects[0]] });
  expect([twice.status, twice.text]).toEqual([400, expect.stringContaining('is already at objects[0]; keep one of them')]);
  const elsewhere = { ...(manifest as object), tenant: { id: '11111111-aaaa-4bbb-8ccc-000000000001' } };
  const other = await control('PUT', 'estate', { manifest: elsewhere, objects });
  expect([other.status, other.text]).toEqual([400, expect.stringContaining('for another tenant')]);
  expect((await report()).ours.left).not.toContain(`aws-role:arn:aws:iam::${MEMBER}:role/${RoleName}`);
});

test('a state is put over the one it was read from, not over what happened since, and must be one', async () => {
  const { state: read, etag } = await state();
  await removeRole();
  expect((await control('PUT', 'state', read, { 'if-match': etag })).status).toBe(412);
  const { state: now, etag: newer } = await state();
  const entry = now.entries[`aws-role:arn:aws:iam::${MEMBER}:role/${RoleName}`];
  expect((await control('PUT', 'state', { ...now, entries: { wrong: { object: {} } } }, { 'if-match': newer })).status).toBe(400);
  delete entry?.deletedAt;
  expect((await control('PUT', 'state', now, { 'if-match': newer })).status).toBe(204);
  expect((await report()).ours.left).toContain(`aws-role:arn:aws:iam::${MEMBER}:role/${RoleName}`);
});

test('what others do is what the report compares with from then on; what they made again under a name is another thing', async () => {
  const key = `aws-role:arn:aws:iam::${MEMBER}:role/${RoleName}`;
  const role = objects.find((o) => o.kind === 'aws-role' && o.account === MEMBER && o.name === RoleName);
  const user = objects.find((o) => o.kind === 'entra-user');
  const idOf = async () =>
    (await (await iamClient(sandbox, MEMBER)).send(new ListRolesCommand({}))).Roles?.find((r) => r.RoleName === RoleName)?.RoleId;
  const id = await idOf();
  const { untouched: before } = await report();
  const changes = [
    { delete: key },
    { add: { ...role, ours: false } },
    { change: key, to: { description: 'of the web team' } },
    { delete: `entra-user:${user && 'id' in user ? user.id : ''}` },
  ];
  expect((await control('POST', 'changes', changes)).status).toBe(204);
  const { untouched, ours } = await report();
  expect([untouched.changed, ours.altered, ours.left.includes(key)]).toEqual([[], [], false]);
  expect(untouched.objects).toBe(before.objects);
  expect(await idOf()).not.toBe(id);
  await removeRole();
  expect((await report()).untouched.changed).toMatchObject([{ key, before: { description: 'of the web team' }, after: null }]);
});

test('changes that cannot be are refused, all of them, and nothing is changed', async () => {
  const [first] = objects;
  const key = `aws-role:arn:aws:iam::${MEMBER}:role/${RoleName}`;
  const wrong = [{ delete: key }, { change: key, to: {} }, { add: first }, { change: `aws-account:${MEMBER}`, to: { id: '000000000000' } }];
  const { status, text } = await control('POST', 'changes', wrong);
  expect(status).toBe(400);
  for (const fault of [`[1]: there is no ${key}`, '[2]: aws-account:', `[3]: makes another object of aws-account:${MEMBER}`])
    expect(text).toContain(fault);
  expect((await report()).ours.left).toContain(key);
});

test('an estate may be larger than any call of a cloud', async () => {
  const many = Array.from({ length: 12_000 }, (_, n) => ({
    kind: 'entra-user',
    ours: false,
    id: `e4a90b17-58cd-4d02-9f3e-${String(n).padStart(12, '0')}`,
    userPrincipalName: `user-${n}@contoso.example`,
    displayName: `User ${n}`,
  }));
  const body = { manifest, objects: [...objects, ...many] };
  expect(JSON.stringify(body).length).toBeGreaterThan(1_048_576);
  expect((await control('PUT', 'estate', body)).status).toBe(204);
  expect((await report()).untouched.objects).toBeGreaterThan(many.length);
  expect((await call(sandbox, 'POST', '/arm/subscriptions', { body })).status).toBe(413);
});

test('quotas are set, counted by key and ended by a call, and a name that is none is told', async () => {
  const client = await iamClient(sandbox, MEMBER);
  expect((await control('PUT', 'quotas', { iam: { burst: 1, perSecond: 0.001 } })).status).toBe(204);
  await client.send(new ListRolesCommand({}));
  await expect(client.send(new ListRolesCommand({}))).rejects.toMatchObject({ name: 'Throttling' });
  const [count] = (await control('GET', 'quotas')).json() as { key: string; allowed: number; refused: number }[];
  expect(count).toMatchObject({ quota: 'iam', key: MEMBER, allowed: 1 });
  expect(count?.refused).toBeGreaterThan(0);
  const wrong = await control('PUT', 'quotas', { azure: { burst: 1, perSecond: 1 } });
  expect([wrong.status, JSON.stringify(wrong.json())]).toEqual([400, expect.stringContaining('no quota has this name') as string]);
  expect((await control('PUT', 'quotas', {})).status).toBe(204);
  await client.send(new ListRolesCommand({}));
});
