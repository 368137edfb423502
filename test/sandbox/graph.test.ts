import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EstateObjectSchema } from '../../sandbox/objects.ts';
import { startCloudSandbox, type CloudSandbox } from './cloud-sandbox.ts';
import {
  ALICE,
  AWS_OIDC_APP,
  AWS_OIDC_PRINCIPAL,
  CIEM_APP,
  CIEM_PRINCIPAL,
  CLOUD_APPLICATION_ADMINISTRATOR,
  ENTRA,
  WORKER_PRINCIPAL,
} from './small-estate.ts';

const LINGER_MS = 1_000;
const DAY_MS = 86_400_000;

interface Answer {
  status: number;
  body: { value?: { id: string; displayName?: string }[]; '@odata.nextLink'?: string; [name: string]: unknown };
}

let sandbox: CloudSandbox;
beforeEach(async () => void (sandbox = await startCloudSandbox(ENTRA, { lingerMs: LINGER_MS })));
afterEach(() => sandbox.close());

async function graph(method: string, path: string, body?: object): Promise<Answer> {
  const { token } = await sandbox.credential.getToken('https://graph.microsoft.com/.default');
  const url = path.startsWith('https:') ? path : `${sandbox.origin}/graph/v1.0${path}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(url, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  const text = await answer.text();
  return { status: answer.status, body: text ? (JSON.parse(text) as Answer['body']) : {} };
}

/** Display names of all pages. */
async function names(path: string): Promise<string[]> {
  const { body } = await graph('GET', path);
  const next = body['@odata.nextLink'];
  return [...(body.value ?? []).map((v) => v.displayName ?? ''), ...(next ? await names(next) : [])];
}

const application = `/applications/${AWS_OIDC_APP}`;
const deletedItem = `/directory/deletedItems/${AWS_OIDC_APP}`;
const notFound = { status: 404, body: { error: { code: 'Request_ResourceNotFound' } } };

describe('Graph applications', () => {
  test('finds an application by identifier URI and by app id, and lists all over several pages', async () => {
    const filter = encodeURIComponent("identifierUris/any(x:x eq 'api://mciem-aws-oidc-app')");
    expect(await names(`/applications?$filter=${filter}`)).toEqual(['app 1']);
    expect(await names("/applications?$filter=appId eq '44444444-aaaa-4bbb-8ccc-0000000000a4'")).toEqual(['app 4']);
    expect(await names('/applications?$top=1')).toEqual(['app 1', 'app 4', 'app 5']);
    const { body } = await graph('GET', '/applications');
    expect(body.value).toHaveLength(2);
    expect(body['@odata.nextLink']).toContain('$skiptoken='.replace('$', '%24'));
  });

  test('refuses a filter it does not know, as Graph does, with 400', async () => {
    expect(await graph('GET', "/applications?$filter=notes ne 'x'")).toMatchObject({
      status: 400,
      body: { error: { code: 'BadRequest' } },
    });
  });

  test('shows credentials without their secrets, and federated credentials', async () => {
    const { body } = await graph('GET', application);
    expect(body).toMatchObject({ passwordCredentials: [{ displayName: 'ci', secretText: null }], keyCredentials: [{ key: null }] });
    const federated = await graph('GET', `${application}/federatedIdentityCredentials`);
    expect(federated.body.value).toMatchObject([{ issuer: 'https://ci.example', audiences: ['api://a'] }]);
  });

  test('deletes softly: gone after a moment with its service principal, kept among the deleted items', async () => {
    expect((await graph('DELETE', application)).status).toBe(204);
    expect((await graph('GET', application)).status).toBe(200);
    expect(await graph('DELETE', application)).toMatchObject(notFound);
    sandbox.advance(LINGER_MS);
    expect(await graph('GET', application)).toMatchObject(notFound);
    expect(await graph('GET', `/servicePrincipals/${AWS_OIDC_PRINCIPAL}`)).toMatchObject(notFound);
    const { body } = await graph('GET', deletedItem);
    expect(body).toMatchObject({ '@odata.type': '#microsoft.graph.application', id: AWS_OIDC_APP });
    expect(body['deletedDateTime']).toEqual(expect.any(String));
    expect(sandbox.store.report().ours.left).toEqual([`entra-service-principal:${CIEM_PRINCIPAL}`]);
  });

  test('restores an application without its service principal, which is restored by itself', async () => {
    await graph('DELETE', application);
    sandbox.advance(LINGER_MS);
    expect((await graph('POST', `${deletedItem}/restore`)).status).toBe(200);
    expect((await graph('GET', application)).status).toBe(200);
    expect(await graph('GET', `/servicePrincipals/${AWS_OIDC_PRINCIPAL}`)).toMatchObject(notFound);
    await graph('POST', `/directory/deletedItems/${AWS_OIDC_PRINCIPAL}/restore`);
    expect((await graph('GET', `/servicePrincipals/${AWS_OIDC_PRINCIPAL}`)).status).toBe(200);
    expect(await graph('GET', deletedItem)).toMatchObject(notFound);
  });

  test('can no longer be restored after 30 days', async () => {
    await graph('DELETE', application);
    sandbox.advance(30 * DAY_MS);
    expect(await graph('POST', `${deletedItem}/restore`)).toMatchObject(notFound);
  });
});

describe('Graph service principals, roles and users', () => {
  test('disables the CIEM sign-in, which then no longer counts as left', async () => {
    const found = await graph('GET', `/servicePrincipals?$filter=appId eq '${CIEM_APP}'&$select=id,accountEnabled`);
    expect(found.body.value).toEqual([{ id: CIEM_PRINCIPAL, accountEnabled: true }]);
    expect((await graph('PATCH', `/servicePrincipals/${CIEM_PRINCIPAL}`, { accountEnabled: false })).status).toBe(204);
    const { body } = await graph('GET', `/servicePrincipals(appId='${CIEM_APP}')`);
    expect(body['accountEnabled']).toBe(false);
    expect(sandbox.store.report().ours.left).not.toContain(`entra-service-principal:${CIEM_PRINCIPAL}`);
  });

  test('refuses to change anything else of a service principal', async () => {
    expect((await graph('PATCH', `/servicePrincipals/${CIEM_PRINCIPAL}`, { displayName: 'x' })).status).toBe(400);
    expect(sandbox.store.report().untouched.changed).toEqual([]);
  });

  test('lists directory role assignments by role, by principal and by both', async () => {
    const role = `roleDefinitionId eq '${CLOUD_APPLICATION_ADMINISTRATOR}'`;
    const list = async (filter: string) =>
      (await graph('GET', `/roleManagement/directory/roleAssignments?$expand=principal&$filter=${filter}`)).body.value?.map((v) => v.id);
    expect(await list(role)).toEqual(['assignment-1']);
    expect(await list(`principalId eq '${ALICE}'`)).toEqual(['assignment-2']);
    expect(await list(`${role} and principalId eq '${WORKER_PRINCIPAL}'`)).toEqual(['assignment-1']);
    expect(await list(`${role} and principalId eq '${ALICE}'`)).toEqual([]);
  });

  test('reads a user by id and by user principal name', async () => {
    expect((await graph('GET', `/users/${ALICE}`)).body['userPrincipalName']).toBe('alice@contoso.example');
    expect((await graph('GET', '/users/alice@contoso.example')).body['id']).toBe(ALICE);
    expect(await graph('GET', '/users/bob@contoso.example')).toMatchObject(notFound);
  });

  test('tells in which of some groups a user is, also through other groups, and of nobody else', async () => {
    const id = (n: number) => `0f1e2d3c-000${n}-4b5a-8c7d-6e5f4a3b2c1d`;
    const group = (n: number, ...members: string[]) =>
      sandbox.store.put(EstateObjectSchema.parse({ kind: 'entra-group', ours: false, id: id(n), displayName: `group ${n}`, members }));
    group(1, ALICE);
    group(2, id(1), id(3));
    group(3, id(2));
    group(4);
    const check = (user: string, groupIds: unknown) => graph('POST', `/users/${user}/checkMemberGroups`, { groupIds });
    expect((await check(ALICE, [id(2), id(3), id(4)])).body.value).toEqual([id(2), id(3)]);
    expect(await check(WORKER_PRINCIPAL, [id(1)])).toMatchObject(notFound);
    expect(
      (
        await check(
          ALICE,
          Array.from({ length: 21 }, () => id(1)),
        )
      ).status,
    ).toBe(400);
  });
});
