import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Plan } from '../../model/plan.ts';
import type { RunSummary } from '../../model/summary.ts';
import { MEMBER_ACCOUNT, OIDC_ACCOUNT, OIDC_ROLE_ARN, smallEstate, SUBSCRIPTION, TENANT, type TestEstate } from '../harness/estate.ts';
import { finish, resultOf, startedRun } from '../harness/people.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());

const WORKER = '2a6e4c80-0002-4d5f-8b9a-3c4d5e6f7a02';
const WORKER_APP = '5d9b7fb3-0003-4a8c-8ecd-6f7a8b9cad03';
const GRAPH = '2a6e4c80-0009-4d5f-8b9a-3c4d5e6f7a09';
const PERMISSION = '1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9';
const USER = 'arn:aws:iam::999988887777:user/offboarding-worker';
const entryRole = (account: string, trusted: string[]) => ({
  kind: 'aws-role' as const,
  ours: false,
  account,
  name: 'offboarding-entry',
  trust: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: trusted }, Action: 'sts:AssumeRole' }] },
  attached: ['arn:aws:iam::aws:policy/IAMFullAccess'],
  inline: { more: { Version: '2012-10-17', Statement: [] } },
});

/** The small estate, with what a worker was given for the job; `trusted`: who may assume its role in the member account. */
function given(trusted = USER): TestEstate {
  const estate = smallEstate();
  estate.objects.push(
    entryRole(OIDC_ACCOUNT, [USER]),
    entryRole(MEMBER_ACCOUNT, [trusted]),
    {
      kind: 'azure-role-assignment',
      ours: false,
      name: '3b7f5d91-0009-4e6a-9cab-4d5e6f7a8b09',
      scope: `/subscriptions/${SUBSCRIPTION}`,
      role: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
      principalId: WORKER,
    },
    {
      kind: 'entra-service-principal',
      ours: false,
      id: GRAPH,
      appId: '00000003-0000-0000-c000-000000000000',
      displayName: 'Microsoft Graph',
      appRoles: [{ id: PERMISSION, value: 'Application.ReadWrite.All' }],
    },
    { kind: 'entra-app-role-assignment', ours: false, id: 'granted-1', appRoleId: PERMISSION, principalId: WORKER, resourceId: GRAPH },
  );
  return estate;
}

const evidenceOf = (journal: string) => {
  const folder = join(stage.deps.evidenceFolder, journal);
  const { summary } = JSON.parse(readFileSync(join(folder, 'evidence.json'), 'utf8')) as { summary: RunSummary };
  return { folder, summary, page: readFileSync(join(folder, 'index.html'), 'utf8') };
};

test('what the worker stands on is left in place, or held with the step for a person, though everything else about it is as onboarding made it', async () => {
  // A member role, as its trust says, and an OIDC application, as its identifier URI says.
  const estate = given(OIDC_ROLE_ARN);
  estate.objects.push({
    kind: 'entra-application',
    ours: false,
    id: '5d9b7fb3-0004-4a8c-8ecd-6f7a8b9cad04',
    appId: WORKER_APP,
    displayName: 'mciem-gcp-oidc-app',
    identifierUris: ['api://mciem-gcp-oidc-app'],
  });
  const entry = `aws-role:arn:aws:iam::${MEMBER_ACCOUNT}:role/offboarding-entry`;
  const application = 'entra-oidc-application:5d9b7fb3-0004-4a8c-8ecd-6f7a8b9cad04';
  const planned = async () => {
    const run = await startedRun(stage, estate, '--dry-run');
    await resultOf(stage, run);
    const { plan } = JSON.parse((await stage.offboard('plan', run, '--json')).out) as { plan: Plan };
    const held = new Map(plan.items.flatMap((i) => (i.guard ? [[i.id, i.guard.reason] as const] : [])));
    return { ids: plan.items.filter((i) => !i.guard).map((i) => i.id), held, kept: new Map(plan.untouched.map((u) => [u.id, u.reason])) };
  };
  const own = await planned();
  expect(own.ids).not.toContain(entry);
  expect(own.ids).not.toContain(application);
  expect(own.held.get(entry)).toMatch(/this worker runs under .*offboarding-entry.* take that out of its trust policy/);
  expect(own.kept.get(application)).toBe(`this worker runs under ${WORKER}`);
  // The same two under other names, which nobody runs under, are planned.
  for (const o of estate.objects) {
    if (o.kind === 'aws-role' && 'account' in o && o.account === MEMBER_ACCOUNT && o.name === 'offboarding-entry')
      o.name = 'offboarding-other';
    if (o.kind === 'entra-application' && 'appId' in o && o.appId === WORKER_APP) o.appId = '5d9b7fb3-0005-4a8c-8ecd-6f7a8b9cad05';
  }
  const others = await planned();
  expect(others.ids).toContain(entry.replace('offboarding-entry', 'offboarding-other'));
  expect(others.ids).toContain(application);
});

test('what the worker itself may do is listed when a run has ended, with its script, and nothing of it is changed', async () => {
  const run = await startedRun(stage, given());
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  const early = await stage.offboard('own-access', run);
  expect(early).toMatchObject({ code: 51, err: expect.stringContaining('it is read when the run ends') as string });
  const result = await finish(stage, run);
  expect(result.status).toBe('completed');
  const report = await stage.sandbox.client.report();
  expect(report.untouched.changed).toEqual([]);
  expect(report.ours.left).toEqual([]);

  const { summary, page, folder } = evidenceOf(result.run);
  expect(summary.ownAccess?.grants.map((g) => [g.kind, g.system, g.doubt !== undefined])).toEqual([
    ['aws-role', `aws:${OIDC_ACCOUNT}`, false],
    ['aws-role', `aws:${MEMBER_ACCOUNT}`, false],
    ['azure-role-assignment', `azure:/subscriptions/${SUBSCRIPTION}`, true],
    ['entra-app-role', `entra:${TENANT}`, false],
    ['entra-directory-role', `entra:${TENANT}`, false],
  ]);
  expect(summary.ownAccess?.unknown).toEqual([{ system: 'aws:999988887777', reason: expect.stringContaining(USER) as string }]);
  const titles = summary.ownAccess?.grants.map((g) => g.title) ?? [];
  expect(titles[0]).toBe(`role offboarding-entry in account ${OIDC_ACCOUNT}: arn:aws:iam::aws:policy/IAMFullAccess, more (inline)`);
  expect(titles).toContain('application permission Application.ReadWrite.All of Microsoft Graph');
  const told = (await stage.offboard('report', run)).out;
  const listed = (await stage.offboard('own-access', run)).out;
  for (const title of titles) for (const text of [page, told, listed]) expect(text).toContain(title);
  expect((await stage.offboard('status', run)).out).toContain(`offboard own-access ${run}`);
  expect(await stage.offboard('evidence', 'verify', folder)).toMatchObject({ code: 0 });

  const script = (await stage.offboard('own-access', run, '--format', 'sh')).out;
  expect(spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  expect(script).toContain(`aws_enter_otherwise ${MEMBER_ACCOUNT} offboarding-entry`);
  expect(JSON.parse((await stage.offboard('own-access', run, '--json')).out)).toMatchObject({ run: result.run, ...summary.ownAccess });
  expect(await stage.offboard('own-access', run, '--format', 'xml')).toMatchObject({ code: 2 });
});

test('what may not be read is told as not known, and does not keep the run from its end', async () => {
  const estate = given();
  const run = await startedRun(stage, estate, '--dry-run');
  const dry = await resultOf(stage, run);
  expect(evidenceOf(dry.run).summary.ownAccess?.grants).toHaveLength(5);

  const azure = stage.deps.clouds.azure;
  const read = azure.ownAccess;
  azure.ownAccess = () =>
    Promise.reject(Object.assign(new Error('denied'), { name: 'RestError', statusCode: 403, code: 'AuthorizationFailed' }));
  try {
    const again = await startedRun(stage, estate, '--dry-run');
    const { run: journal, status } = await resultOf(stage, again);
    expect(status).toBe('dry-run');
    const { summary, page } = evidenceOf(journal);
    expect(summary.ownAccess?.grants.map((g) => g.kind)).not.toContain('azure-role-assignment');
    expect(summary.ownAccess?.unknown.map((u) => u.system)).toContain(`azure:/subscriptions/${SUBSCRIPTION}`);
    expect(page).toContain('2 could not be read');
    expect((await stage.offboard('own-access', again)).out).toContain(`- azure:/subscriptions/${SUBSCRIPTION}: `);
  } finally {
    if (read) azure.ownAccess = read;
  }
});

test('a run that ended without a plan says that nothing was read', async () => {
  const estate = smallEstate();
  for (const collector of estate.manifest.collectors) collector.recipient = 'nobody@contoso.example';
  const run = await startedRun(stage, estate);
  expect((await resultOf(stage, run)).status).toBe('refused');
  expect(await stage.offboard('own-access', run)).toMatchObject({
    code: 51,
    err: expect.stringContaining('it ended without a plan') as string,
  });
  expect((await stage.offboard('report', run)).out).not.toContain('What the worker itself may do');
});
