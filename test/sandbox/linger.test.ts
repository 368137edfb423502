import { afterEach, expect, test } from 'vitest';
import { startCloudSandbox, type CloudSandbox } from './cloud-sandbox.ts';
import { googleClients } from './google-clients.ts';
import { AWS_OIDC_APP, EMAIL, ENTRA, GCP, PROJECT, UNIQUE_ID } from './small-estate.ts';

// The clock that is set on goes on by itself, too: so long that no busy machine gets there.
const MS = 600_000;
const NAME = `projects/${PROJECT}/serviceAccounts/${UNIQUE_ID}`;

let sandbox: CloudSandbox;
afterEach(() => sandbox.close());

/** How lists and single reads show an account, and what the project's policy says of it. */
async function shown() {
  const google = googleClients(sandbox);
  const { serviceAccounts } = google.iam.projects;
  const ids: unknown[] = [];
  for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
    const { data }: { data: { accounts?: { uniqueId?: string | null }[]; nextPageToken?: string | null } } = await serviceAccounts.list(
      { name: `projects/${PROJECT}`, pageToken },
      google.iamRoot,
    );
    ids.push(...(data.accounts ?? []).map((a) => a.uniqueId));
    pageToken = data.nextPageToken ?? undefined;
  }
  const get = await serviceAccounts.get({ name: NAME }, google.iamRoot).then(
    () => true,
    () => false,
  );
  return { list: ids.includes(UNIQUE_ID), get };
}

async function started(linger: object) {
  sandbox = await startCloudSandbox([...ENTRA, ...GCP], { linger });
  const google = googleClients(sandbox);
  return { accounts: google.iam.projects.serviceAccounts, at: google.iamRoot };
}

test.each([
  [{ list: MS }, { list: true, get: false }],
  [{ get: MS }, { list: false, get: true }],
])('with %o what was deleted is shown so long: %o', async (linger, expected) => {
  const { accounts, at } = await started(linger);
  await accounts.delete({ name: NAME }, at);
  expect(await shown()).toEqual(expected);
  sandbox.advance(MS);
  expect(await shown()).toEqual({ list: false, get: false });
});

test.each([
  [{ newList: MS }, { list: false, get: true }],
  [{ newGet: MS }, { list: true, get: false }],
])('with %o what was undeleted is not shown so long: %o', async (linger, expected) => {
  const { accounts, at } = await started(linger);
  await accounts.delete({ name: NAME }, at);
  await accounts.undelete({ name: NAME }, at);
  expect(await shown()).toEqual(expected);
  sandbox.advance(MS);
  expect(await shown()).toEqual({ list: true, get: true });
});

test('an undeleted account stands in policies as deleted for a while, and is refused as a live member till then', async () => {
  const { accounts, at } = await started({ newGet: MS });
  const google = googleClients(sandbox);
  const resource = `projects/${PROJECT}`;
  const policyOf = async () =>
    (await google.manager.projects.getIamPolicy({ resource, requestBody: { options: { requestedPolicyVersion: 3 } } }, google.managerRoot))
      .data;
  const live = `serviceAccount:${EMAIL}`;
  await accounts.delete({ name: NAME }, at);
  await accounts.undelete({ name: NAME }, at);
  const members = async () => (await policyOf()).bindings?.flatMap((b) => b.members ?? []) ?? [];
  expect(await members()).toContain(`deleted:${live}?uid=${UNIQUE_ID}`);
  const policy = await policyOf();
  const more = { ...policy, version: 3, bindings: [...(policy.bindings ?? []), { role: 'roles/browser', members: [live] }] };
  const write = () => google.manager.projects.setIamPolicy({ resource, requestBody: { policy: more } }, google.managerRoot);
  await expect(write()).rejects.toThrow('Inconsistent representation of deleted member');
  sandbox.advance(MS);
  expect(await members()).toContain(live);
});

test('what was deleted is not yet among Graph’s deleted items for a while', async () => {
  sandbox = await startCloudSandbox(ENTRA, { linger: { newGet: MS } });
  const call = async (method: string, path: string) => {
    const { token } = await sandbox.credential.getToken('https://graph.microsoft.com/.default');
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${sandbox.origin}/graph/v1.0${path}`, { method, headers })).status;
  };
  await call('DELETE', `/applications/${AWS_OIDC_APP}`);
  const restore = () => call('POST', `/directory/deletedItems/${AWS_OIDC_APP}/restore`);
  expect(await restore()).toBe(404);
  sandbox.advance(MS);
  expect(await restore()).toBe(200);
});
