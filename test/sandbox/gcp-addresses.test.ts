import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCloudSandbox, type CloudSandbox } from './cloud-sandbox.ts';
import { googleClients } from './google-clients.ts';
import { EMAIL, ENTRA, GCP, MEMBER, PROJECT, UNIQUE_ID } from './small-estate.ts';

/** A policy of somebody else that names the account, and that nobody writes. */
const STRANGER = 'organizations/900';
const NAME = `projects/${PROJECT}/serviceAccounts/${EMAIL}`;
const OLD = `deleted:${MEMBER}?uid=${UNIQUE_ID}`;

let sandbox: CloudSandbox;
let google: ReturnType<typeof googleClients>;
beforeEach(async () => {
  sandbox = await startCloudSandbox([...ENTRA, ...GCP]);
  google = googleClients(sandbox);
});
afterEach(() => sandbox.close());

const accounts = () => google.iam.projects.serviceAccounts;

async function membersAt(resource = STRANGER): Promise<string[]> {
  const { data } = await google.manager.organizations.getIamPolicy({ resource, requestBody: {} }, google.managerRoot);
  return (data.bindings ?? []).flatMap((b) => b.members ?? []);
}

async function remove(): Promise<void> {
  await accounts().delete({ name: NAME }, google.iamRoot);
}

async function recreate(): Promise<string> {
  const [accountId = ''] = EMAIL.split('@');
  const { data } = await accounts().create({ name: `projects/${PROJECT}`, requestBody: { accountId } }, google.iamRoot);
  return data.uniqueId ?? '';
}

async function undelete(uniqueId: string): Promise<string> {
  const name = `projects/${PROJECT}/serviceAccounts/${uniqueId}`;
  return await accounts()
    .undelete({ name }, google.iamRoot)
    .then(
      () => 'done',
      (e: { response?: { data?: { error?: { status?: string } } } }) => e.response?.data?.error?.status ?? 'odd',
    );
}

test('an account made again has nothing of what others gave the one before, nor its policy; the one before, undeleted, has both', async () => {
  expect(await membersAt()).toEqual([MEMBER]);
  await remove();
  expect(await membersAt()).toEqual([OLD]);
  const uniqueId = await recreate();
  expect(uniqueId).not.toBe(UNIQUE_ID);
  expect(await membersAt()).toEqual([OLD]);
  expect((await accounts().getIamPolicy({ resource: NAME }, google.iamRoot)).data.bindings).toBeUndefined();

  expect(await undelete(UNIQUE_ID)).toBe('ALREADY_EXISTS');
  await remove();
  expect(await undelete(UNIQUE_ID)).toBe('done');
  expect(await membersAt()).toEqual([MEMBER]);
  expect((await accounts().getIamPolicy({ resource: NAME }, google.iamRoot)).data.bindings).toHaveLength(1);
  expect(sandbox.store.report().untouched.changed).toEqual([]);
});

test('a role given to both stands there twice: by the address for the new one, as deleted for the one before', async () => {
  await remove();
  const uniqueId = await recreate();
  const resource = STRANGER;
  const { data } = await google.manager.organizations.getIamPolicy({ resource, requestBody: {} }, google.managerRoot);
  const bindings = (data.bindings ?? []).map((b) => ({ ...b, members: [...(b.members ?? []), MEMBER] }));
  await google.manager.organizations.setIamPolicy({ resource, requestBody: { policy: { ...data, bindings } } }, google.managerRoot);
  expect((await membersAt()).toSorted()).toEqual([OLD, MEMBER]);
  await remove();
  expect(await membersAt()).toContain(`deleted:${MEMBER}?uid=${uniqueId}`);
  expect(await undelete(uniqueId)).toBe('done');
  expect((await membersAt()).toSorted()).toEqual([OLD, MEMBER]);
});
