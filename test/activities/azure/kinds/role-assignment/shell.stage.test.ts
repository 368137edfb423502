import { expect, test } from 'vitest';
import { SCRIPTS } from '../../../../../activities/scripts.ts';
import type { PlanItem } from '../../../../../model/plan.ts';
import { runWithAz } from '../../../az-stand-in.ts';
import { defaultManifest, TENANT } from '../../../planned.ts';

const ID =
  '/providers/Microsoft.Management/managementGroups/a "b"/providers/Microsoft.Authorization/roleAssignments/7b1e4c90-0001-4a5f-9d3c-2f60b8a71e01';
const SNAPSHOT = {
  id: ID,
  scope: '/providers/Microsoft.Management/managementGroups/a "b"',
  roleDefinitionId: '/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7',
  principalId: '5d2f81a4-7c06-4e93-b1d8-93a6f0c4e201',
  principalType: 'ServicePrincipal',
  description: "it's $(rm -rf /) `x`",
  condition: "@Resource[a:b] StringEquals 'c'",
  conditionVersion: '2.0',
};
const item = (snapshot: object) => ({ id: `azure-role-assignment:${ID}`, snapshot }) as unknown as PlanItem;
const kind = SCRIPTS.azure.kinds['azure-role-assignment'] as NonNullable<(typeof SCRIPTS.azure.kinds)[string]>;
const prelude = SCRIPTS.azure.prelude(defaultManifest());

test('az gets every value as one word, whatever it holds', () => {
  const run = runWithAz([...prelude, ...kind.remove(item(SNAPSHOT)), ...kind.restore(item(SNAPSHOT))], TENANT);
  expect(run).toMatchObject({ code: 0, err: '' });
  const [remove, restore] = run.calls as [string[], string[]];
  expect(remove).toEqual(['role', 'assignment', 'delete', '--ids', ID]);
  expect(restore.slice(0, 3)).toEqual(['role', 'assignment', 'create']);
  expect(restore).toEqual(expect.arrayContaining(['--name', '7b1e4c90-0001-4a5f-9d3c-2f60b8a71e01', SNAPSHOT.scope]));
  expect(restore).toEqual(
    expect.arrayContaining([`--description=${SNAPSHOT.description}`, `--condition=${SNAPSHOT.condition}`, '--condition-version=2.0']),
  );
});

test.each([
  [SNAPSHOT.roleDefinitionId, 'acdd72a7-3385-48ef-bd42-f606fba81ae7'],
  [
    '/subscriptions/a/providers/Microsoft.Authorization/roleDefinitions/b',
    '/subscriptions/a/providers/Microsoft.Authorization/roleDefinitions/b',
  ],
])('az would take %s for a name unless it is given as %s', (roleDefinitionId, word) => {
  expect(kind.restore(item({ ...SNAPSHOT, roleDefinitionId })).join(' ')).toContain(`--role ${word} `);
});

test('what the assignment did not have is not asked for', () => {
  const bare = { ...SNAPSHOT, description: null, condition: null, conditionVersion: null };
  expect(kind.restore(item(bare)).join(' ')).not.toMatch(/description|condition/);
});

test('signed in to another tenant nothing is called and the script ends', () => {
  const run = runWithAz([...prelude, ...kind.remove(item(SNAPSHOT))], '11111111-2222-3333-4444-555555555555');
  expect(run).toMatchObject({ code: 1, calls: [], err: expect.stringContaining(`az login --tenant ${TENANT}`) as string });
});

test('a tenant id is compared without regard to case', () => {
  expect(runWithAz([...prelude, ...kind.remove(item(SNAPSHOT))], TENANT.toUpperCase())).toMatchObject({ code: 0 });
});

test.each([
  ['public', 'AzureCloud'],
  ['usgov', 'AzureUSGovernment'],
  ['china', 'AzureChinaCloud'],
] as const)('%s is %s to az', (cloud, name) => {
  const manifest = { ...defaultManifest(), tenant: { id: TENANT, cloud } };
  expect(SCRIPTS.azure.prelude(manifest).join('\n')).toContain(`:-${name}}`);
});
