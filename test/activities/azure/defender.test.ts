import { afterEach, expect, test } from 'vitest';
import { connectAzure } from '../../../activities/azure/wire/clients.ts';
import { azureCloud } from '../../../activities/azure/cloud.ts';
import { connectorUse, lookForDefender } from '../../../activities/azure/defender.ts';
import { readAzure } from '../../../activities/azure/reader.ts';
import type { DefenderUse } from '../../../model/finding.ts';
import { startCloudSandbox, type CloudSandbox } from '../../sandbox/cloud-sandbox.ts';
import { CIEM_PRINCIPAL, ENTRA } from '../../sandbox/small-estate.ts';
import { defaultManifest, TENANT } from '../planned.ts';
import { refusal } from '../refusals.ts';

const SUBSCRIPTION = 'a1c3d5e7-0001-4b2d-8f10-c0ffee000001';
let sandbox: CloudSandbox | undefined;
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

const plan = (name: string, isEnabled: string) => ({
  kind: 'azure-defender-plan',
  ours: false,
  subscription: SUBSCRIPTION,
  extensions: [{ name, isEnabled }],
});
const connector = (offering: object) => ({
  kind: 'azure-security-connector',
  ours: false,
  subscription: SUBSCRIPTION,
  resourceGroup: 'defender',
  name: 'aws-production',
  environmentName: 'AWS',
  hierarchyIdentifier: '444455556666',
  offerings: [{ offeringType: 'CspmMonitorAws' }, { offeringType: 'DefenderCspmAws', ...offering }],
});

async function look(subscription: object, ...objects: object[]): Promise<DefenderUse> {
  const one = { kind: 'azure-subscription', ours: false, id: SUBSCRIPTION, ...subscription };
  sandbox = await startCloudSandbox([...ENTRA, one, ...objects]);
  const tokenScope = 'https://management.azure.com/.default';
  const api = connectAzure({ url: `${sandbox.origin}/arm`, tokenScope }, sandbox.credential, {
    url: `${sandbox.origin}/graph`,
    tokenScope: 'https://graph.microsoft.com/.default',
  });
  const context = { manifest: defaultManifest(), ciemPrincipalId: CIEM_PRINCIPAL };
  const snapshot = await readAzure(api, `azure:/subscriptions/${SUBSCRIPTION}`, context);
  return azureCloud().facts(snapshot, TENANT, '').defender as DefenderUse;
}

test.each([
  ['the extension is on', plan('EntraPermissionsManagement', 'True'), /extension EntraPermissionsManagement on/],
  ['a connector has a ciem block', connector({ ciem: { ciemOidc: { cloudRoleArn: 'arn' } } }), /aws-production discovers.*444455556666/],
  ['a connector has a ciemDiscovery block', connector({ ciemDiscovery: { serviceAccountEmailAddress: 'a@b' } }), /aws-production/],
])('Defender is in use when %s', async (_what, object, why) => {
  expect(await look({}, object)).toEqual({ state: 'in-use', why: [expect.stringMatching(why)] });
});

test.each([
  ['the plan has the extension off', {}, [plan('EntraPermissionsManagement', 'False')]],
  ['the plan has other extensions only', {}, [plan('AgentlessVmScanning', 'True')]],
  ['connectors have no such block', {}, [connector({ vmScanners: { enabled: true } })]],
  ['the block says it is off', {}, [connector({ ciem: { enabled: false } })]],
  ['Microsoft.Security was never registered', { security: false }, []],
])('Defender is absent when %s', async (_what, subscription, objects) => {
  expect(await look(subscription, ...objects)).toEqual({ state: 'absent', why: [] });
});

test.each(['Microsoft.Security/pricings/read', 'Microsoft.Security/securityConnectors/read'])(
  'without %s it is unknown, and the reading goes on',
  async (operation) => {
    const { state, why } = await look({ denied: [operation] });
    expect(state).toBe('unknown');
    expect(why).toEqual([expect.stringContaining('AuthorizationFailed')]);
  },
);

test('a use that was seen counts although the other half could not be looked at', async () => {
  const use = await look({ denied: ['Microsoft.Security/securityConnectors/read'] }, plan('EntraPermissionsManagement', 'True'));
  expect(use).toMatchObject({
    state: 'in-use',
    why: [/extension/, /could not be looked at/].map((w) => expect.stringMatching(w) as string),
  });
});

test('what is only out of reach for the moment is thrown, to be tried again', async () => {
  const throttled = () => Promise.reject(refusal(429, 'TooManyRequests'));
  const api = { getDefenderPlan: throttled, listSecurityConnectors: () => Promise.resolve([]) } as never;
  await expect(lookForDefender(api, SUBSCRIPTION)).rejects.toMatchObject({ statusCode: 429 });
});

test('a connector without offerings uses nothing', () => {
  expect(connectorUse({ id: 'c', properties: { offerings: null } })).toEqual([]);
});
