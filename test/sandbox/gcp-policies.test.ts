import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { cloudresourcemanager_v3 } from 'googleapis/build/src/apis/cloudresourcemanager/v3.js';
import { startCloudSandbox, type CloudSandbox } from './cloud-sandbox.ts';
import { googleClients } from './google-clients.ts';
import { CONDITION, EMAIL, ENTRA, GCP, MEMBER, PROJECT, PROJECT_NUMBER, UNIQUE_ID } from './small-estate.ts';

type Policy = cloudresourcemanager_v3.Schema$Policy;

const RESOURCE = `projects/${PROJECT}`;
const GROUP = 'group:ciem@contoso.example';
const FOREIGN_PART = `gcp-binding:${RESOURCE}#roles/viewer##user:bob@contoso.example,user:carol@contoso.example`;
const OUR_PART = `gcp-binding:${RESOURCE}#roles/viewer##${MEMBER},${GROUP}`;

let sandbox: CloudSandbox;
let google: ReturnType<typeof googleClients>;
beforeEach(async () => {
  sandbox = await startCloudSandbox([...ENTRA, ...GCP]);
  google = googleClients(sandbox);
});
afterEach(() => sandbox.close());

async function read(resource = RESOURCE, version?: number): Promise<Policy> {
  const requestBody = version === undefined ? {} : { options: { requestedPolicyVersion: version } };
  return (await google.manager.projects.getIamPolicy({ resource, requestBody }, google.managerRoot)).data;
}

async function write(policy: Policy): Promise<Policy> {
  return (await google.manager.projects.setIamPolicy({ resource: RESOURCE, requestBody: { policy } }, google.managerRoot)).data;
}

/** Reads in version 3, lets `change` alter the members of the unconditional viewers, writes back. */
async function changeViewers(change: (members: string[]) => string[]): Promise<void> {
  const policy = await read(RESOURCE, 3);
  const viewers = policy.bindings?.find((b) => b.role === 'roles/viewer' && !b.condition);
  if (viewers) viewers.members = change(viewers.members ?? []);
  await write({ ...policy, version: 3 });
}

const changedKeys = () => sandbox.store.report().untouched.changed.map((c) => c.key);
const refused = (code: number, status: string): unknown =>
  expect.objectContaining({
    status: code,
    response: expect.objectContaining({ data: { error: expect.objectContaining({ status }) as object } }) as object,
  });

describe('GCP policies', () => {
  test('merge parts of the same role and condition into one binding and keep conditional ones apart', async () => {
    const policy = await read(RESOURCE, 3);
    expect(policy.version).toBe(3);
    expect(policy.bindings).toHaveLength(2);
    expect(policy.bindings).toContainEqual({
      role: 'roles/viewer',
      members: [MEMBER, GROUP, 'user:bob@contoso.example', 'user:carol@contoso.example'],
    });
    expect(policy.bindings).toContainEqual({ role: 'roles/viewer', members: ['user:dave@contoso.example'], condition: CONDITION });
  });

  test("keep an earlier account's deleted membership apart from the account that has its address now", async () => {
    const earlier = `deleted:${MEMBER}?uid=999999999999999999999`;
    await changeViewers((m) => [...m, earlier]);
    await changeViewers((m) => m.filter((member) => member !== MEMBER));
    const viewers = (await read(RESOURCE, 3)).bindings?.find((b) => b.role === 'roles/viewer' && !b.condition);
    expect(viewers?.members).not.toContain(MEMBER);
    expect(viewers?.members).toContain(earlier);
  });

  test('show conditions in version 3 only, otherwise a mangled role', async () => {
    const policy = await read();
    expect(policy.version).toBe(1);
    const mangled = policy.bindings?.find((b) => b.role?.startsWith('roles/viewer_withcond_'));
    expect(mangled).toEqual({ role: expect.stringMatching(/_withcond_[0-9a-f]{20}$/) as string, members: ['user:dave@contoso.example'] });
    await expect(read(RESOURCE, 2)).rejects.toEqual(refused(400, 'INVALID_ARGUMENT'));
  });

  test('refuse a stale etag and a version below 3 where there are conditions', async () => {
    const stale = await read(RESOURCE, 3);
    await changeViewers((m) => [...m, 'user:erin@contoso.example']);
    await expect(write({ ...stale, version: 3 })).rejects.toEqual(refused(409, 'ABORTED'));
    const fresh = await read(RESOURCE, 3);
    await expect(write({ ...fresh, version: 1 })).rejects.toEqual(refused(400, 'INVALID_ARGUMENT'));
    const bindings = (fresh.bindings ?? []).filter((b) => !b.condition);
    await expect(write({ bindings, etag: fresh.etag ?? '', version: 1 })).rejects.toEqual(refused(400, 'INVALID_ARGUMENT'));
    await expect(write(await read())).rejects.toEqual(refused(400, 'INVALID_ARGUMENT'));
    expect(changedKeys()).toEqual([]);
  });

  test('taking out our members only touches our part; the report calls it left until the last one is gone', async () => {
    await changeViewers((members) => members.filter((m) => m !== MEMBER));
    expect(changedKeys()).toEqual([]);
    expect(sandbox.store.report().ours.left).toContain(OUR_PART);
    await changeViewers((members) => members.filter((m) => m !== GROUP));
    expect(sandbox.store.report().ours.left).not.toContain(OUR_PART);
    expect(changedKeys()).toEqual([]);
  });

  test('a foreign member that is taken out is reported, and no longer when it is put back', async () => {
    await changeViewers((members) => members.filter((m) => m !== 'user:bob@contoso.example'));
    expect(changedKeys()).toEqual([FOREIGN_PART]);
    await changeViewers((members) => [...members, 'user:bob@contoso.example']);
    expect(changedKeys()).toEqual([]);
  });

  test('a binding that was removed whole and is put back is the old one to the report', async () => {
    await changeViewers(() => []);
    expect(changedKeys()).toEqual([FOREIGN_PART]);
    const policy = await read(RESOURCE, 3);
    const members = ['user:carol@contoso.example', 'user:bob@contoso.example'];
    await write({ ...policy, version: 3, bindings: [...(policy.bindings ?? []), { role: 'roles/viewer', members }] });
    expect(changedKeys()).toEqual([]);
  });

  test('a condition that is lost is reported as a change of a foreign part', async () => {
    const policy = await read(RESOURCE, 3);
    const bindings = (policy.bindings ?? []).map(({ role, members }) => ({ role: role ?? '', members: members ?? [] }));
    await write({ ...policy, version: 3, bindings });
    expect(changedKeys()).toEqual([`gcp-binding:${RESOURCE}#roles/viewer#office hours#user:dave@contoso.example`]);
  });

  test('accept the project by its number and refuse what is unknown or shut down with 403', async () => {
    expect((await read(`projects/${PROJECT_NUMBER}`, 3)).bindings).toHaveLength(2);
    await expect(read('projects/nobody-knows')).rejects.toEqual(refused(403, 'PERMISSION_DENIED'));
    await expect(read('projects/contoso-old')).rejects.toEqual(refused(403, 'PERMISSION_DENIED'));
  });

  test('name a deleted service account as deleted, let it be taken out under that name, and refuse to add it', async () => {
    await google.iam.projects.serviceAccounts.delete({ name: `projects/${PROJECT}/serviceAccounts/${EMAIL}` }, google.iamRoot);
    const gone = `deleted:serviceAccount:${EMAIL}?uid=${UNIQUE_ID}`;
    const resource = 'organizations/900';
    const { data } = await google.manager.organizations.getIamPolicy({ resource, requestBody: {} }, google.managerRoot);
    expect(data.bindings).toEqual([{ role: 'roles/iam.securityReviewer', members: [gone] }]);
    await changeViewers((members) => members.filter((m) => m !== gone));
    expect((await read(RESOURCE, 3)).bindings?.flatMap((b) => b.members)).not.toContain(gone);
    await expect(changeViewers((members) => [...members, MEMBER])).rejects.toEqual(refused(400, 'INVALID_ARGUMENT'));
  });

  test('of a service account are read and written through the IAM API', async () => {
    const resource = `projects/-/serviceAccounts/${EMAIL}`;
    const accounts = google.iam.projects.serviceAccounts;
    const { data } = await accounts.getIamPolicy({ resource, 'options.requestedPolicyVersion': 3 }, google.iamRoot);
    expect(data.bindings).toMatchObject([{ role: 'roles/iam.workloadIdentityUser' }]);
    await accounts.setIamPolicy({ resource, requestBody: { policy: { etag: data.etag ?? '', bindings: [] } } }, google.iamRoot);
    expect((await accounts.getIamPolicy({ resource }, google.iamRoot)).data.bindings).toBeUndefined();
    expect(sandbox.store.report().ours.left).not.toContainEqual(expect.stringContaining('workloadIdentityUser'));
  });
});
