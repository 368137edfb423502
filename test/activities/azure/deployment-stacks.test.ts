import { afterEach, expect, test } from 'vitest';
import { connectAzure } from '../../../activities/azure/wire/clients.ts';
import { azureCloud } from '../../../activities/azure/cloud.ts';
import { readDeploymentStacks } from '../../../activities/azure/deployment-stacks.ts';
import { stackOf } from '../../../activities/azure/kinds/role-assignment/footprint.ts';
import { ownedByDeploymentStack } from '../../../model/guards/owner.ts';
import { readAzure } from '../../../activities/azure/reader.ts';
import { startCloudSandbox, type CloudSandbox } from '../../sandbox/cloud-sandbox.ts';
import { CIEM_PRINCIPAL, ENTRA } from '../../sandbox/small-estate.ts';
import { FACTS, defaultManifest } from '../planned.ts';

const ID = 'a1c3d5e7-0001-4b2d-8f10-c0ffee000001';
const SUBSCRIPTION = `/subscriptions/${ID}`;
const GROUP = '/providers/Microsoft.Management/managementGroups/contoso-corp';
const assignment = (scope: string, n: number) =>
  `${scope}/providers/Microsoft.Authorization/roleAssignments/7b1e4c90-0001-4a5f-9d3c-00000000000${n}`;
const STORAGE = `${SUBSCRIPTION}/resourceGroups/rg-1/providers/Microsoft.Storage/storageAccounts/logs`;

let sandbox: CloudSandbox | undefined;
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

const stack = (name: string, scope: string, more: object) => ({ kind: 'azure-deployment-stack', ours: false, name, scope, ...more });
const held = (n: number, scope: string) => ({
  kind: 'azure-role-assignment',
  ours: true,
  name: `7b1e4c90-0001-4a5f-9d3c-00000000000${n}`,
  scope,
  role: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
  principalId: CIEM_PRINCIPAL,
});

async function connected(denied: string[], ...objects: object[]) {
  const subscription = { kind: 'azure-subscription', ours: false, id: ID, parent: 'contoso-corp', denied };
  const group = {
    kind: 'azure-management-group',
    ours: false,
    id: 'contoso-corp',
    denied: denied.filter((d) => d.includes('deploymentStacks')),
  };
  sandbox = await startCloudSandbox([...ENTRA, group, subscription, ...objects]);
  return connectAzure({ url: `${sandbox.origin}/arm`, tokenScope: 'https://management.azure.com/.default' }, sandbox.credential, {
    url: `${sandbox.origin}/graph`,
    tokenScope: 'https://graph.microsoft.com/.default',
  });
}

test('stacks of a subscription and of its resource groups are read over all pages; those without role assignments are nobody’s owner', async () => {
  const inGroup = `${SUBSCRIPTION}/resourceGroups/rg-1`;
  const many = [1, 2, 3, 4, 5].map((n) => stack(`s${n}`, SUBSCRIPTION, { resources: [assignment(SUBSCRIPTION, n), STORAGE] }));
  const api = await connected(
    [],
    ...many,
    stack('stores', SUBSCRIPTION, { resources: [STORAGE] }),
    stack('in-group', inGroup, { resources: [assignment(inGroup, 6)], denySettings: 'denyDelete' }),
    stack('above', GROUP, { resources: [assignment(SUBSCRIPTION, 7)] }),
  );
  const { stacks, unlisted } = await readDeploymentStacks(api, SUBSCRIPTION);
  expect(unlisted).toEqual([]);
  expect(stacks.map((s) => s.assignments)).toEqual(
    [1, 2, 3, 4, 5].map((n) => [assignment(SUBSCRIPTION, n)]).concat([[assignment(inGroup, 6)]]),
  );
  expect(stacks.map((s) => s.deny)).toEqual([undefined, undefined, undefined, undefined, undefined, 'denyDelete']);
  const above = await readDeploymentStacks(api, GROUP);
  expect(above.stacks).toMatchObject([{ assignments: [assignment(SUBSCRIPTION, 7)], location: 'westeurope' }]);
});

test('what a stack has let go is not its own any more', async () => {
  const api = await connected([], stack('once', SUBSCRIPTION, { resources: [STORAGE], detached: [assignment(SUBSCRIPTION, 1)] }));
  expect(await readDeploymentStacks(api, SUBSCRIPTION)).toEqual({ stacks: [], unlisted: [] });
});

test('a denied listing of stacks or of resource groups is told with its scope, never taken for an empty one', async () => {
  const stacksDenied = await connected(['Microsoft.Resources/deploymentStacks/read'], stack('s', GROUP, {}));
  const told = [`${SUBSCRIPTION} (AuthorizationFailed)`];
  expect(await readDeploymentStacks(stacksDenied, SUBSCRIPTION)).toEqual({ stacks: [], unlisted: told });
  expect(await readDeploymentStacks(stacksDenied, GROUP)).toEqual({ stacks: [], unlisted: [`${GROUP} (AuthorizationFailed)`] });
  await sandbox?.close();
  const owner = stack('s', SUBSCRIPTION, { resources: [assignment(SUBSCRIPTION, 1)] });
  const groupsDenied = await connected(['Microsoft.Resources/subscriptions/resourceGroups/read'], owner);
  expect(await readDeploymentStacks(groupsDenied, SUBSCRIPTION)).toMatchObject({ stacks: [{}], unlisted: told });
});

test('a subscription without assignments of ours is not asked for its stacks; a management group is, for what lies below it', async () => {
  const api = await connected(['Microsoft.Resources/deploymentStacks/read'], held(1, GROUP));
  const context = { manifest: defaultManifest(), ciemPrincipalId: CIEM_PRINCIPAL };
  expect(await readAzure(api, `azure:${SUBSCRIPTION}`, context)).not.toHaveProperty('deploymentStacks');
  const group = await readAzure(api, `azure:${GROUP}`, context);
  expect(azureCloud().facts(group, FACTS.tenantId, FACTS.issuer)).toEqual({
    deploymentStacksUnlisted: [`${GROUP} (AuthorizationFailed)`],
  });
});

test.each([
  [SUBSCRIPTION, `az stack sub create --subscription ${ID} --location westeurope --name mciem`],
  [`${SUBSCRIPTION}/resourceGroups/rg-1`, `az stack group create --subscription ${ID} --resource-group rg-1 --name mciem`],
  [GROUP, 'az stack mg create --management-group-id contoso-corp --location westeurope --name mciem'],
])('an assignment that a stack at %s manages is held with its owner’s step; another is not', (scope, step) => {
  const id = `${scope}/providers/Microsoft.Resources/deploymentStacks/mciem`;
  const one = assignment(SUBSCRIPTION, 1);
  const facts = { deploymentStacks: [{ id, assignments: [one], location: 'westeurope', deny: 'denyDelete' }] };
  const hold = ownedByDeploymentStack(stackOf(one.toUpperCase(), facts));
  expect(hold?.code).toBe('OwnedByDeploymentStack');
  expect(hold?.reason).toContain(`the deployment stack ${id} owns it`);
  expect(hold?.reason).toContain('its deny settings (denyDelete) let nobody else delete it');
  expect(hold?.reason).toContain(`\`${step} --template-file main.bicep --action-on-unmanage detachAll --deny-settings-mode denyDelete\``);
  expect(ownedByDeploymentStack(stackOf(assignment(SUBSCRIPTION, 2), facts))).toBeUndefined();
  expect(ownedByDeploymentStack(stackOf(one, {}))).toBeUndefined();
});
