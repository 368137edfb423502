import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeGoogleCredentials } from '../../sandbox/gcp/credentials.ts';
import { startCloudSandbox, type CloudSandbox } from './cloud-sandbox.ts';
import { googleClients } from './google-clients.ts';
import { EMAIL, ENTRA, GCP, POOL, PROJECT, PROJECT_NUMBER, UNIQUE_ID } from './small-estate.ts';

const LINGER_MS = 1_000;
const DAY_MS = 86_400_000;
const ACCOUNT = `projects/${PROJECT}/serviceAccounts/${EMAIL}`;
const PROVIDER = `${POOL}/providers/mciem-wi-provider`;
const NUMBERED_POOL = POOL.replace(PROJECT, PROJECT_NUMBER);

let sandbox: CloudSandbox;
let google: ReturnType<typeof googleClients>;
beforeEach(async () => {
  sandbox = await startCloudSandbox([...ENTRA, ...GCP], { lingerMs: LINGER_MS });
  google = googleClients(sandbox);
});
afterEach(() => sandbox.close());

const refused = (status: number) => expect.objectContaining({ status }) as Error;

describe('Google credentials', () => {
  test('are kept over a restart, for the new port, readable by their owner only', () => {
    const subject = () => readFileSync(join(sandbox.directory, 'google-subject-token'), 'utf8');
    const before = subject();
    const file = writeGoogleCredentials(sandbox.directory, 'https://127.0.0.1:1');
    expect(subject()).toBe(before);
    expect(readFileSync(file, 'utf8')).toContain('https://127.0.0.1:1/gcp-iam/token');
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(statSync(join(sandbox.directory, 'google-subject-token')).mode & 0o077).toBe(0);
  });

  test('with another subject token are refused, and so is a call without a token', async () => {
    writeFileSync(join(sandbox.directory, 'google-subject-token'), 'guessed');
    await expect(google.iam.projects.serviceAccounts.get({ name: ACCOUNT }, google.iamRoot)).rejects.toThrow(/invalid_grant/);
    expect((await fetch(`${sandbox.origin}/gcp-iam/v1/${ACCOUNT}`)).status).toBe(401);
  });
});

describe('GCP service accounts', () => {
  const accounts = () => google.iam.projects.serviceAccounts;

  test('are listed over several pages', async () => {
    const first = await accounts().list({ name: `projects/${PROJECT_NUMBER}`, pageSize: 100 }, google.iamRoot);
    expect(first.data.accounts).toHaveLength(2);
    const pageToken = first.data.nextPageToken ?? '';
    const second = await accounts().list({ name: `projects/${PROJECT}`, pageToken }, google.iamRoot);
    expect(second.data.accounts).toHaveLength(1);
    expect(second.data.nextPageToken).toBeUndefined();
  });

  test('are disabled and enabled', async () => {
    await accounts().disable({ name: ACCOUNT }, google.iamRoot);
    expect((await accounts().get({ name: ACCOUNT }, google.iamRoot)).data.disabled).toBe(true);
    await accounts().enable({ name: `projects/-/serviceAccounts/${UNIQUE_ID}` }, google.iamRoot);
    expect((await accounts().get({ name: ACCOUNT }, google.iamRoot)).data.disabled).toBeUndefined();
  });

  test('are 403 a moment after their deletion, as gcloud’s reference says, and come back by unique id only, within 30 days', async () => {
    await accounts().delete({ name: ACCOUNT }, google.iamRoot);
    expect((await accounts().get({ name: ACCOUNT }, google.iamRoot)).status).toBe(200);
    sandbox.advance(LINGER_MS);
    const calls = [accounts().get.bind(accounts()), accounts().delete.bind(accounts()), accounts().disable.bind(accounts())];
    for (const name of [ACCOUNT, `projects/-/serviceAccounts/${UNIQUE_ID}`])
      for (const ask of calls) await expect(ask({ name }, google.iamRoot)).rejects.toEqual(refused(403));
    await expect(accounts().getIamPolicy({ resource: ACCOUNT }, google.iamRoot)).rejects.toEqual(refused(403));
    await expect(accounts().undelete({ name: ACCOUNT }, google.iamRoot)).rejects.toEqual(refused(400));
    const byId = { name: `projects/-/serviceAccounts/${UNIQUE_ID}` };
    expect((await accounts().undelete(byId, google.iamRoot)).data.restoredAccount?.email).toBe(EMAIL);
    expect((await accounts().get({ name: ACCOUNT }, google.iamRoot)).status).toBe(200);
    await accounts().delete({ name: ACCOUNT }, google.iamRoot);
    sandbox.advance(30 * DAY_MS);
    google = googleClients(sandbox);
    await expect(accounts().undelete(byId, google.iamRoot)).rejects.toEqual(refused(404));
  });

  test('of an unknown project are refused with 403', async () => {
    await expect(accounts().list({ name: 'projects/nobody-knows' }, google.iamRoot)).rejects.toEqual(refused(403));
  });
});

describe('GCP workload identity pools and providers', () => {
  const pools = () => google.iam.projects.locations.workloadIdentityPools;
  const parent = `projects/${PROJECT}/locations/global`;

  test('a pool is listed with its number in the name, over several pages, deleted ones only when asked for', async () => {
    const first = await pools().list({ parent }, google.iamRoot);
    expect(first.data.workloadIdentityPools).toHaveLength(2);
    expect(first.data.workloadIdentityPools?.[0]?.name).toContain(`projects/${PROJECT_NUMBER}/locations/global/`);
    await pools().delete({ name: POOL }, google.iamRoot);
    sandbox.advance(LINGER_MS);
    const without = await pools().list({ parent }, google.iamRoot);
    expect(without.data.workloadIdentityPools?.map((p) => p.name)).not.toContain(NUMBERED_POOL);
    expect(without.data.nextPageToken).toBeUndefined();
    expect((await pools().list({ parent, showDeleted: true }, google.iamRoot)).data.nextPageToken).toBeDefined();
  });

  test('deleting a pool is an operation that is not done at first; then it stays as DELETED for 30 days and can be undeleted', async () => {
    const { data } = await pools().delete({ name: POOL }, google.iamRoot);
    expect(data.done).toBeUndefined();
    const poll = async () => (await pools().operations.get({ name: data.name ?? '' }, google.iamRoot)).data;
    expect((await poll()).done).toBeUndefined();
    expect((await pools().get({ name: POOL }, google.iamRoot)).data.state).toBe('ACTIVE');
    sandbox.advance(LINGER_MS);
    expect(await poll()).toMatchObject({ done: true, response: { name: NUMBERED_POOL, state: 'DELETED' } });
    const { data: deleted } = await pools().get({ name: NUMBERED_POOL }, google.iamRoot);
    expect(deleted).toMatchObject({ state: 'DELETED', expireTime: expect.any(String) as string });
    await expect(pools().delete({ name: POOL }, google.iamRoot)).rejects.toEqual(refused(404));
    await pools().undelete({ name: POOL }, google.iamRoot);
    expect((await pools().get({ name: POOL }, google.iamRoot)).data.state).toBe('ACTIVE');
    await pools().delete({ name: POOL }, google.iamRoot);
    sandbox.advance(30 * DAY_MS);
    google = googleClients(sandbox);
    await expect(pools().get({ name: POOL }, google.iamRoot)).rejects.toEqual(refused(404));
  });

  test('a pool is disabled and enabled by an operation, and nothing else of it can be changed', async () => {
    const change = (disabled: boolean, updateMask = 'disabled') =>
      pools().patch({ name: POOL, updateMask, requestBody: { disabled } }, google.iamRoot);
    expect((await change(true)).data.done).toBeUndefined();
    expect((await pools().get({ name: POOL }, google.iamRoot)).data).toMatchObject({ state: 'ACTIVE', disabled: true });
    await change(false);
    expect((await pools().get({ name: POOL }, google.iamRoot)).data.disabled).toBeUndefined();
    await expect(change(true, 'displayName')).rejects.toEqual(refused(400));
  });

  test('a provider does not come back before its pool', async () => {
    await pools().providers.delete({ name: PROVIDER }, google.iamRoot);
    await pools().delete({ name: POOL }, google.iamRoot);
    await expect(pools().providers.undelete({ name: PROVIDER }, google.iamRoot)).rejects.toEqual(refused(400));
    await pools().undelete({ name: POOL }, google.iamRoot);
    await pools().providers.undelete({ name: PROVIDER }, google.iamRoot);
  });

  test('a provider shows issuer, audience, mapping and condition, and is deleted and undeleted like a pool', async () => {
    const { data } = await pools().providers.get({ name: PROVIDER }, google.iamRoot);
    expect(data).toMatchObject({ state: 'ACTIVE', oidc: { allowedAudiences: ['api://mciem-gcp-oidc-app'] } });
    const { data: operation } = await pools().providers.delete({ name: PROVIDER }, google.iamRoot);
    sandbox.advance(LINGER_MS);
    const done = await pools().providers.operations.get({ name: operation.name ?? '' }, google.iamRoot);
    expect(done.data).toMatchObject({ done: true, response: { state: 'DELETED' } });
    expect((await pools().providers.list({ parent: POOL }, google.iamRoot)).data).toEqual({});
    const shown = await pools().providers.list({ parent: POOL, showDeleted: true }, google.iamRoot);
    expect(shown.data.workloadIdentityPoolProviders).toMatchObject([{ state: 'DELETED' }]);
    await pools().providers.undelete({ name: PROVIDER }, google.iamRoot);
    expect((await pools().providers.get({ name: PROVIDER }, google.iamRoot)).data.state).toBe('ACTIVE');
    await expect(pools().providers.undelete({ name: PROVIDER }, google.iamRoot)).rejects.toEqual(refused(400));
  });
});

describe('GCP resource hierarchy', () => {
  test('reads organization, folder and project', async () => {
    const { organizations, folders, projects } = google.manager;
    expect((await organizations.get({ name: 'organizations/900' }, google.managerRoot)).data.displayName).toBe('contoso.example');
    expect((await folders.get({ name: 'folders/901' }, google.managerRoot)).data.parent).toBe('organizations/900');
    const { data } = await projects.get({ name: 'projects/contoso-old' }, google.managerRoot);
    expect(data).toMatchObject({ projectId: 'contoso-old', state: 'DELETE_REQUESTED' });
    await expect(folders.get({ name: 'folders/999' }, google.managerRoot)).rejects.toEqual(refused(403));
  });

  test('lists and searches what is below', async () => {
    const { organizations, folders, projects } = google.manager;
    expect((await folders.list({ parent: 'organizations/900' }, google.managerRoot)).data.folders).toMatchObject([{ name: 'folders/901' }]);
    const withDeleted = { parent: 'folders/901', showDeleted: true };
    const first = await projects.list(withDeleted, google.managerRoot);
    const second = await projects.list({ ...withDeleted, pageToken: first.data.nextPageToken ?? '' }, google.managerRoot);
    expect([...(first.data.projects ?? []), ...(second.data.projects ?? [])].map((p) => p.projectId)).toEqual([
      PROJECT,
      'contoso-data',
      'contoso-old',
    ]);
    const live = await projects.list({ parent: 'folders/901' }, google.managerRoot);
    expect(live.data.projects?.map((p) => p.projectId)).toEqual([PROJECT, 'contoso-data']);
    expect((await projects.search({ query: 'parent:organizations/900' }, google.managerRoot)).data).toEqual({});
    expect((await organizations.search({}, google.managerRoot)).data.organizations).toMatchObject([{ name: 'organizations/900' }]);
    await expect(projects.list({ parent: 'organizations/1' }, google.managerRoot)).rejects.toEqual(refused(403));
  });
});
