import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectAzure, type Assignment, type AzureApi } from '../../../../../activities/azure/wire/clients.ts';
import { azureCloud } from '../../../../../activities/azure/cloud.ts';
import { readAzure } from '../../../../../activities/azure/reader.ts';
import { roleAssignment } from '../../../../../activities/azure/kinds/role-assignment/index.ts';
import { refusal } from '../../../refusals.ts';
import type { PlanItem } from '../../../../../model/plan.ts';
import { startCloudSandbox, type CloudSandbox } from '../../../../sandbox/cloud-sandbox.ts';
import { AZURE, assignmentName, CIEM_PRINCIPAL, ENTRA, SECOND_OWNER, SUBSCRIPTION } from '../../../../sandbox/small-estate.ts';
import { FACTS, defaultManifest, planned } from '../../../planned.ts';

const SCOPE = `/subscriptions/${SUBSCRIPTION}`;
const CONDITIONAL = {
  kind: 'azure-role-assignment',
  ours: true,
  name: '7b1e4c90-0001-4a5f-9d3c-2f60b8a71e0a',
  scope: SCOPE,
  role: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
  principalId: CIEM_PRINCIPAL,
  description: "the portal's own",
  condition: "@Resource[name] StringEquals 'x'",
  conditionVersion: '2.0',
};
const undo = roleAssignment.undo as NonNullable<typeof roleAssignment.undo>;
let sandbox: CloudSandbox;
let api: AzureApi;
let items: PlanItem[];

beforeEach(async () => {
  const unlocked = AZURE.filter((o) => o.kind !== 'azure-lock');
  sandbox = await startCloudSandbox([...ENTRA, ...unlocked, SECOND_OWNER, CONDITIONAL]);
  api = connectAzure({ url: `${sandbox.origin}/arm`, tokenScope: 'https://management.azure.com/.default' }, sandbox.credential, {
    url: `${sandbox.origin}/graph`,
    tokenScope: 'https://graph.microsoft.com/.default',
  });
  const context = { manifest: defaultManifest(), ciemPrincipalId: CIEM_PRINCIPAL };
  const groups = ['root-mg', 'child-mg'].map((g) => `/providers/Microsoft.Management/managementGroups/${g}`);
  const found = await Promise.all(['/', ...groups, SCOPE].map((scope) => readAzure(api, `azure:${scope}`, context)));
  items = found.flatMap((snapshot) => roleAssignment.match(snapshot, { ...FACTS, ciemPrincipalId: CIEM_PRINCIPAL }).findings.map(planned));
});
afterEach(() => sandbox.close());

test('every assignment comes back the same at its own scope: condition, description, name and type', async () => {
  const before = sandbox.store.list('azure-role-assignment');
  expect(items).toHaveLength(7);
  for (const item of items) await roleAssignment.remove(api, [item]);
  expect(sandbox.store.list('azure-role-assignment')).toHaveLength(before.length - 7);
  for (const item of items) {
    await undo.restore(api, [item]);
    // What is there already stays as it is.
    await undo.restore(api, [item]);
    expect(undo.comparable((await roleAssignment.read(api, item)) ?? null)).toEqual(undo.comparable(item.snapshot));
  }
  expect(sandbox.store.list('azure-role-assignment')).toEqual(before);
});

test('another right that took its name blocks it', async () => {
  const [item] = items.filter((i) => i.id.endsWith(CONDITIONAL.name)) as [PlanItem];
  await roleAssignment.remove(api, [item]);
  const kept = item.snapshot as unknown as Parameters<AzureApi['putAssignment']>[0];
  await api.putAssignment({ ...kept, condition: null, conditionVersion: null });
  const error = await undo.restore(api, [item]).catch((e: unknown) => e);
  expect(azureCloud().classify(error)).toMatchObject({ kind: 'blocked', code: 'NameTaken' });
});

test('the same right under another name blocks it: nobody has it twice', async () => {
  const [item] = items.filter((i) => i.id.endsWith(CONDITIONAL.name)) as [PlanItem];
  await roleAssignment.remove(api, [item]);
  sandbox.store.put({ ...CONDITIONAL, kind: 'azure-role-assignment', principalType: 'ServicePrincipal', name: assignmentName(9) });
  const error = await undo.restore(api, [item]).catch((e: unknown) => e);
  expect(azureCloud().classify(error)).toMatchObject({ kind: 'blocked', code: 'RoleAssignmentExists' });
});

test('a definition is the same whatever the case of its ids and the scope its role is named by', () => {
  const [item] = items as [PlanItem];
  const kept = item.snapshot as Record<string, string>;
  const other = {
    ...kept,
    id: kept['id']?.toUpperCase() ?? '',
    roleDefinitionId: `/x/roleDefinitions/${kept['roleDefinitionId']?.split('/').at(-1)}`,
  };
  expect(undo.comparable(other)).toEqual(undo.comparable(kept));
  expect(undo.comparable({ ...kept, principalId: 'another' })).not.toEqual(undo.comparable(kept));
  expect(undo.losses(item).join()).toContain('when it was made');
});

describe('reading again', () => {
  const apiWith = (getAssignment: AzureApi['getAssignment']) => ({ getAssignment }) as AzureApi;
  const one = () => items[0] as PlanItem;

  test('what the cloud does not have is gone', async () => {
    await roleAssignment.remove(api, [one()]);
    // Nobody’s second removal is a fault.
    await roleAssignment.remove(api, [one()]);
    expect(await roleAssignment.read(api, one())).toBeUndefined();
  });

  test('another assignment under the same id is given back, to be seen as drift', async () => {
    const other = { ...(one().snapshot as unknown as Assignment), principalId: '5d2f81a4-7c06-4e93-b1d8-93a6f0c4e208' };
    const read = await roleAssignment.read(
      apiWith(() => Promise.resolve(other)),
      one(),
    );
    expect(read).toEqual(other);
  });

  test('a denial is thrown, not taken for gone', async () => {
    const denied = apiWith(() => Promise.reject(refusal(404, 'SubscriptionNotFound')));
    await expect(roleAssignment.read(denied, one())).rejects.toMatchObject({ code: 'SubscriptionNotFound' });
  });
});
