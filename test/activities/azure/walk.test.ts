import { afterEach, expect, test } from 'vitest';
import { connectArm } from '../../../activities/azure/wire/arm.ts';
import { walkAzure } from '../../../activities/azure/walk.ts';
import type { Manifest } from '../../../model/manifest.ts';
import { startCloudSandbox, type CloudSandbox } from '../../sandbox/cloud-sandbox.ts';
import { AZURE, CHILD_GROUP, DISABLED_SUBSCRIPTION, ENTRA, SUBSCRIPTION, TENANT } from '../../sandbox/small-estate.ts';
import { defaultManifest } from '../planned.ts';
import { refusal } from '../refusals.ts';

const HIDDEN = '33333333-aaaa-4bbb-8ccc-0000000000f1';
const FOREIGN = '33333333-aaaa-4bbb-8ccc-0000000000f2';
const DELETED = '33333333-aaaa-4bbb-8ccc-0000000000f3';
const OTHER_TENANT = '99999999-aaaa-4bbb-8ccc-0000000000f4';
const GROUP = 'azure:/providers/Microsoft.Management/managementGroups';
let sandbox: CloudSandbox | undefined;
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

const all: Manifest['azure'] = { subscriptions: 'all', managementGroups: 'all', root: false };
const manifest = (azure = all): Manifest => ({ ...defaultManifest(), tenant: { id: TENANT, cloud: 'public' }, azure });
const subscription = (id: string, more: object) => ({ kind: 'azure-subscription', ours: false, id, ...more });

async function walk(objects: object[], azure = all) {
  sandbox = await startCloudSandbox([...ENTRA, ...objects]);
  const api = connectArm({ url: `${sandbox.origin}/arm`, tokenScope: 'https://management.azure.com/.default' }, sandbox.credential);
  return walkAzure(api, { manifest: manifest(azure) });
}

test('all subscriptions, disabled ones too, and all management groups with the root group, over several pages', async () => {
  const many = ['f5', 'f6', 'f7'].map((n) => subscription(`33333333-aaaa-4bbb-8ccc-0000000000${n}`, { parent: 'child-mg' }));
  const { systems, leftOut, unknown, described } = await walk([...AZURE, ...many]);
  expect(described?.findLast((d) => d.system === `azure:/subscriptions/${SUBSCRIPTION}`)).toEqual({
    system: `azure:/subscriptions/${SUBSCRIPTION}`,
    name: SUBSCRIPTION,
    parent: `${GROUP}/child-mg`,
  });
  expect({ leftOut, unknown }).toEqual({ leftOut: [], unknown: [] });
  const ids = [...many.map((s) => s.id), SUBSCRIPTION, DISABLED_SUBSCRIPTION].map((id) => `azure:/subscriptions/${id}`);
  expect(systems).toEqual([...ids, `${GROUP}/child-mg`, `${GROUP}/root-mg`, `${GROUP}/${TENANT}`].toSorted());
});

test('a management group that the manifest leaves out, with all below it, and what cannot be listed there', async () => {
  const hidden = {
    kind: 'azure-management-group',
    ours: false,
    id: 'sealed',
    parent: 'child-mg',
    denied: ['Microsoft.Management/managementGroups/descendants/read'],
  };
  sandbox = await startCloudSandbox([...ENTRA, ...AZURE, hidden]);
  const api = connectArm({ url: `${sandbox.origin}/arm`, tokenScope: 'https://management.azure.com/.default' }, sandbox.credential);
  const walked = await walkAzure(api, { manifest: { ...manifest(), exclude: { managementGroups: ['CHILD-*'] } } });
  expect(walked.excluded?.map((e) => e.rule)).toContain('exclude.managementGroups: CHILD-*');
  expect(walked.excluded?.map((e) => e.system)).toEqual(
    expect.arrayContaining([`${GROUP}/child-mg`, `${GROUP}/sealed`, `azure:/subscriptions/${SUBSCRIPTION}`]),
  );
  expect(walked.systems).not.toContain(`azure:/subscriptions/${SUBSCRIPTION}`);
  expect(walked.systems).toContain(`${GROUP}/root-mg`);
  expect(walked.unknown).toEqual([]);
});

test('only what the manifest says `all` of', async () => {
  const { systems } = await walk(AZURE, { subscriptions: [SUBSCRIPTION], managementGroups: 'all', root: false });
  expect(systems.filter((s) => s.startsWith('azure:/subscriptions/'))).toEqual([]);
  expect(systems).toHaveLength(3);
});

test('a subscription the worker may not see is named all the same, for its reading to say so', async () => {
  const hidden = subscription(HIDDEN, { parent: 'child-mg', denied: ['Microsoft.Resources/subscriptions/read'] });
  const { systems, unknown } = await walk([...AZURE, hidden]);
  expect(systems).toContain(`azure:/subscriptions/${HIDDEN}`);
  expect(unknown).toEqual([]);
});

test('deleted subscriptions, and those of a tenant that only delegates them, are left out and told', async () => {
  const { systems, leftOut } = await walk([
    ...AZURE,
    subscription(DELETED, { state: 'Deleted' }),
    subscription(FOREIGN, { tenantId: OTHER_TENANT }),
  ]);
  expect(leftOut).toEqual([
    { system: `azure:/subscriptions/${FOREIGN}`, reason: expect.stringContaining(OTHER_TENANT) as string },
    { system: `azure:/subscriptions/${DELETED}`, reason: expect.stringContaining('deleted') as string },
  ]);
  expect(systems.some((s) => s.endsWith(DELETED) || s.endsWith(FOREIGN))).toBe(false);
});

test('a root group the worker does not see makes what is below it unknown', async () => {
  const root = { kind: 'azure-management-group', ours: false, id: TENANT, denied: ['Microsoft.Management/managementGroups/read'] };
  const { systems, unknown } = await walk([...AZURE, root]);
  expect(unknown).toEqual([
    {
      system: `azure:below /providers/Microsoft.Management/managementGroups/${TENANT}`,
      reason: expect.stringContaining('hidden') as string,
    },
  ]);
  // What can be seen is walked all the same.
  expect(systems).toContain(`azure:${CHILD_GROUP}`);
});

test('a branch that cannot be listed is unknown, and so is the whole tree when no group can be', async () => {
  const denied = () => Promise.reject(refusal(403, 'AuthorizationFailed'));
  const none = { listSubscriptions: () => Promise.resolve([]), listDescendants: denied };
  const branch = await walkAzure({ ...none, listManagementGroups: () => Promise.resolve([TENANT]) } as never, { manifest: manifest() });
  expect(branch.unknown).toMatchObject([
    {
      system: `azure:below /providers/Microsoft.Management/managementGroups/${TENANT}`,
      reason: expect.stringContaining('AuthorizationFailed') as string,
    },
  ]);
  const whole = await walkAzure({ ...none, listManagementGroups: denied } as never, { manifest: manifest() });
  expect(whole.unknown).toHaveLength(1);
  expect(whole.systems).toEqual([]);
});

test('without the subscriptions, and while ARM throttles, the walk is no walk', async () => {
  const denied = () => Promise.reject(refusal(403, 'AuthorizationFailed'));
  const throttled = () => Promise.reject(refusal(429, 'TooManyRequests'));
  const groups = { listManagementGroups: () => Promise.resolve([]), listDescendants: () => Promise.resolve([]) };
  await expect(walkAzure({ ...groups, listSubscriptions: denied } as never, { manifest: manifest() })).rejects.toMatchObject({
    statusCode: 403,
  });
  await expect(walkAzure({ ...groups, listManagementGroups: throttled } as never, { manifest: manifest() })).rejects.toMatchObject({
    statusCode: 429,
  });
});
