import { AuthorizationManagementClient, type RoleAssignment } from '@azure/arm-authorization';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectArm } from '../../activities/azure/wire/arm.ts';
import { startCloudSandbox, type CloudSandbox } from './cloud-sandbox.ts';
import {
  assignmentName,
  AZURE,
  CHILD_GROUP,
  CIEM_PRINCIPAL,
  DISABLED_SUBSCRIPTION,
  ENTRA,
  ROOT_GROUP,
  SECOND_OWNER,
  SUBSCRIPTION,
  WORKER_PRINCIPAL,
} from './small-estate.ts';

const LINGER_MS = 1_000;
const FILTER = { filter: `principalId eq '${CIEM_PRINCIPAL}'` };
const UNKNOWN = '99999999-aaaa-4bbb-8ccc-000000000001';

let sandbox: CloudSandbox;
let client: AuthorizationManagementClient;
beforeEach(async () => {
  sandbox = await startCloudSandbox([...ENTRA, ...AZURE], { lingerMs: LINGER_MS });
  client = clientFor(SUBSCRIPTION);
});
afterEach(() => sandbox.close());

function clientFor(subscription: string): AuthorizationManagementClient {
  return new AuthorizationManagementClient(sandbox.credential, subscription, {
    endpoint: `${sandbox.origin}/arm`,
    retryOptions: { maxRetries: 0 },
  });
}

/** The numbers of the small estate's role assignments in a listing. */
async function numbers(listing: AsyncIterable<RoleAssignment>): Promise<number[]> {
  const found: number[] = [];
  for await (const a of listing) found.push(Number(a.name?.slice(-1)));
  return found.toSorted((a, b) => a - b);
}

describe('Azure eligibilities (PIM)', () => {
  test('are those of one principal at, above and below a scope, on all pages', async () => {
    const at = (n: number, scope: string, principalId = WORKER_PRINCIPAL) => ({
      kind: 'azure-role-eligibility',
      ours: false,
      id: `66666666-aaaa-4bbb-8ccc-00000000000${n}`,
      scope,
      role: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
      principalId,
    });
    const own = `/subscriptions/${SUBSCRIPTION}`;
    const more = [at(1, own), at(2, '/'), at(3, ROOT_GROUP), at(4, `${own}/resourceGroups/app`), at(5, own, CIEM_PRINCIPAL)];
    await sandbox.close();
    sandbox = await startCloudSandbox([...ENTRA, ...AZURE, ...more, at(6, `/subscriptions/${DISABLED_SUBSCRIPTION}`)]);
    const arm = connectArm({ url: `${sandbox.origin}/arm`, tokenScope: 'https://management.azure.com/.default' }, sandbox.credential);
    const ids = async (scope: string) =>
      (await arm.listEligibleFor(scope, WORKER_PRINCIPAL)).map((e) => Number(e.id.slice(-1))).toSorted((a, b) => a - b);
    expect(await ids(own)).toEqual([1, 2, 3, 4]);
    expect(await ids('/')).toEqual([2]);
  });
});

const idOf = (n: number, scope = `/subscriptions/${SUBSCRIPTION}`) =>
  `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/roleAssignments/${assignmentName(n)}`;
const refused = (statusCode: number, code: string) => expect.objectContaining({ statusCode, code }) as Error;

describe('ARM role assignments', () => {
  test('lists for a subscription what is inherited, its own and what is below, over several pages', async () => {
    const pages: number[] = [];
    for await (const page of client.roleAssignments.listForSubscription(FILTER).byPage()) pages.push(page.length);
    expect(pages).toEqual([3, 3]);
    expect(await numbers(client.roleAssignments.listForSubscription(FILTER))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await numbers(client.roleAssignments.listForSubscription())).toEqual([1, 2, 3, 4, 5, 6, 8]);
  });

  test('lists for a management group and the root what is there and above, and with atScope nothing below', async () => {
    expect(await numbers(client.roleAssignments.listForScope(CHILD_GROUP, FILTER))).toEqual([1, 2, 3]);
    expect(await numbers(client.roleAssignments.listForScope(ROOT_GROUP, FILTER))).toEqual([1, 2]);
    expect(await numbers(client.roleAssignments.listForScope('/', FILTER))).toEqual([1]);
    expect(await numbers(client.roleAssignments.listForSubscription({ filter: 'atScope()' }))).toEqual([1, 2, 3, 4, 8]);
  });

  test('lists at a resource group what its subscription inherits but not its neighbours', async () => {
    const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/app`;
    expect(await numbers(client.roleAssignments.listForScope(group, FILTER))).toEqual([1, 2, 3, 4, 5]);
  });

  test('refuses a filter it does not know', async () => {
    await expect(numbers(client.roleAssignments.listForSubscription({ filter: "roleName eq 'x'" }))).rejects.toThrow(/not supported/);
  });

  test('deletes once with 200 and the assignment, then with 204, and reads still show it for a moment', async () => {
    const id = idOf(5, `/subscriptions/${SUBSCRIPTION}/resourceGroups/app`);
    expect(await client.roleAssignments.deleteById(id)).toMatchObject({ id, principalId: CIEM_PRINCIPAL });
    expect(await client.roleAssignments.deleteById(id)).toEqual({});
    expect(await client.roleAssignments.getById(id)).toMatchObject({ id });
    sandbox.advance(LINGER_MS);
    await expect(client.roleAssignments.getById(id)).rejects.toEqual(refused(404, 'RoleAssignmentNotFound'));
    expect(await numbers(client.roleAssignments.listForSubscription(FILTER))).toEqual([1, 2, 3, 4, 6]);
  });

  test('deletes at the root scope', async () => {
    await client.roleAssignments.deleteById(idOf(1, '/'));
    sandbox.advance(LINGER_MS);
    expect(await numbers(client.roleAssignments.listForScope('/'))).toEqual([]);
  });

  test('keeps what a lock covers', async () => {
    const id = idOf(6, `/subscriptions/${SUBSCRIPTION}/resourceGroups/locked`);
    await expect(client.roleAssignments.deleteById(id)).rejects.toEqual(refused(409, 'ScopeLocked'));
    expect(await client.roleAssignments.getById(id)).toMatchObject({ id });
  });

  test('keeps the last administrator of a subscription, and lets it go when there is a second', async () => {
    await expect(client.roleAssignments.deleteById(idOf(4))).rejects.toEqual(refused(400, 'CannotDeleteLastRbacAdminAssignment'));
    const { name, scope, role, principalId } = SECOND_OWNER;
    const roleDefinitionId = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${role}`;
    await client.roleAssignments.create(scope, name, { roleDefinitionId, principalId });
    expect(await client.roleAssignments.deleteById(idOf(4))).toMatchObject({ id: idOf(4) });
  });

  test('a disabled subscription can be read but not written', async () => {
    const disabled = clientFor(DISABLED_SUBSCRIPTION);
    expect(await numbers(disabled.roleAssignments.listForSubscription(FILTER))).toEqual([1, 2, 7]);
    const id = idOf(7, `/subscriptions/${DISABLED_SUBSCRIPTION}`);
    await expect(disabled.roleAssignments.deleteById(id)).rejects.toEqual(refused(409, 'ReadOnlyDisabledSubscription'));
  });

  test('an unknown subscription is 404', async () => {
    const listing = clientFor(UNKNOWN).roleAssignments.listForSubscription();
    await expect(numbers(listing)).rejects.toEqual(refused(404, 'SubscriptionNotFound'));
  });

  test('an assignment that is created again after its deletion is the old one to the report', async () => {
    const id = idOf(8);
    const before = await client.roleAssignments.deleteById(id);
    expect(sandbox.store.report().untouched.changed).toHaveLength(1);
    const { roleDefinitionId = '', principalId = '' } = before;
    await client.roleAssignments.createById(id, { roleDefinitionId, principalId });
    expect(sandbox.store.report().untouched.changed).toEqual([]);
  });
});

describe('ARM subscriptions, management groups and locks', () => {
  async function get(path: string): Promise<{ status: number; body: unknown }> {
    const { token } = await sandbox.credential.getToken('https://management.azure.com/.default');
    const answer = await fetch(`${sandbox.origin}/arm${path}`, { headers: { authorization: `Bearer ${token}` } });
    return { status: answer.status, body: await answer.json() };
  }

  test('shows a subscription with its state', async () => {
    const { body } = await get(`/subscriptions/${DISABLED_SUBSCRIPTION}?api-version=2022-12-01`);
    expect(body).toMatchObject({ subscriptionId: DISABLED_SUBSCRIPTION, state: 'Disabled' });
  });

  test('shows a management group with its parent and children', async () => {
    const { body } = await get(`${CHILD_GROUP}?api-version=2021-04-01&$expand=children`);
    const properties = { details: { parent: { name: 'root-mg' } }, children: [{ name: SUBSCRIPTION }] };
    expect(body).toMatchObject({ name: 'child-mg', properties });
  });

  test('lists the locks of a subscription', async () => {
    const { body } = await get(`/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/locks?api-version=2020-05-01`);
    expect(body).toMatchObject({ value: [{ name: 'keep', properties: { level: 'CanNotDelete' } }] });
  });

  test('demands an api-version', async () => {
    expect(await get('/subscriptions')).toMatchObject({ status: 400, body: { error: { code: 'MissingApiVersionParameter' } } });
  });
});
