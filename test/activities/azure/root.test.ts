import { afterEach, expect, test, vi } from 'vitest';
import { readAzure } from '../../../activities/azure/reader.ts';
import { connectAzure } from '../../../activities/azure/wire/clients.ts';
import { ManifestSchema } from '../../../model/manifest.ts';
import { startCloudSandbox, type CloudSandbox } from '../../sandbox/cloud-sandbox.ts';
import { ENTRA, TENANT } from '../../sandbox/small-estate.ts';

/** The scope `/`, at which a worker without elevated access may list nothing. */

const CIEM = '5b0f0f5e-0001-4a00-8a00-00000000c1e3';
const [HIDDEN, SHOWN] = ['a1c3d5e7-0001-4b2d-8f10-c0ffee000001', 'a1c3d5e7-0002-4b2d-8f10-c0ffee000002'];
const READ = 'Microsoft.Authorization/roleAssignments/read';
const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const assignment = (name: string, scope: string) => ({
  kind: 'azure-role-assignment',
  ours: true,
  name: `7b1e4c90-0000-4a5f-9d3c-2f60b8a7${name}`,
  scope,
  role: READER,
  principalId: CIEM,
});

let sandbox: CloudSandbox;
afterEach(async () => {
  vi.unstubAllEnvs();
  await sandbox.close();
});

async function rootWith({ hidden, shown }: { hidden: string[]; shown: string[] }) {
  sandbox = await startCloudSandbox([
    ...ENTRA,
    { kind: 'azure-root', ours: false, denied: [READ] },
    { kind: 'azure-subscription', ours: false, id: HIDDEN, denied: hidden },
    { kind: 'azure-subscription', ours: false, id: SHOWN, denied: shown },
    assignment('1e01', '/'),
    assignment('1e02', `/subscriptions/${SHOWN}`),
  ]);
  const manifest = ManifestSchema.parse({
    tenant: { id: TENANT },
    successor: { none: 'a tenant of the tests only', attestedBy: 'riley' },
    azure: { root: true, subscriptions: [HIDDEN, SHOWN] },
    entra: { applications: ['api://mciem-gcp-oidc-app'] },
    collectors: [{ id: 'c', type: 'azure', driver: 'retired', recipient: 'riley@contoso.example' }],
    approvers: ['riley'],
  });
  const at = (path: string, scope: string) => ({ url: `${sandbox.origin}/${path}`, tokenScope: scope });
  const arm = at('arm', 'https://management.azure.com/.default');
  const api = connectAzure(arm, sandbox.credential, at('graph', 'https://graph.microsoft.com/.default'));
  return readAzure(api, 'azure:/', { manifest, ciemPrincipalId: CIEM });
}

test('what stands at `/` is told by the first subscription that may be read', async () => {
  const read = await rootWith({ hidden: [READ], shown: [] });
  expect(read.assignments.map((a) => a.scope)).toEqual(['/']);
  expect(read.assignmentCount).toBe(1);
});

test('where no subscription may be read either, the root is not known', async () => {
  await expect(rootWith({ hidden: [READ], shown: [READ] })).rejects.toMatchObject({ code: 'AuthorizationFailed' });
});
