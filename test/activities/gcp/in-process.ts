import { vi } from 'vitest';
import type { ReadContext } from '../../../activities/cloud.ts';
import { ManifestSchema } from '../../../model/manifest.ts';
import { startCloudSandbox, type CloudSandbox } from '../../sandbox/cloud-sandbox.ts';
import { ENTRA } from '../../sandbox/small-estate.ts';
import { TENANT } from './fixtures.ts';

/** A sandbox within the test's own process, with these objects, which the cloud takes for Google. */
export async function googleAt(objects: object[]): Promise<CloudSandbox> {
  const sandbox = await startCloudSandbox([...ENTRA, ...objects]);
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', sandbox.googleCredentials);
  vi.stubEnv('GOOGLE_CLOUD_PROJECT', 'sandbox');
  vi.stubEnv('OFFBOARD_GCP_IAM_ENDPOINT', `${sandbox.origin}/gcp-iam`);
  vi.stubEnv('OFFBOARD_GCP_RESOURCE_MANAGER_ENDPOINT', `${sandbox.origin}/gcp-crm`);
  vi.stubEnv('OFFBOARD_GCP_POLICY_ANALYZER_ENDPOINT', `${sandbox.origin}/gcp-analyzer`);
  vi.stubEnv('OFFBOARD_GCP_CLOUD_ASSET_ENDPOINT', `${sandbox.origin}/gcp-asset`);
  return sandbox;
}

/** A manifest of nothing but these systems of Google's. */
export function contextOf(gcp: object): ReadContext {
  return {
    manifest: ManifestSchema.parse({
      tenant: { id: TENANT },
      successor: { none: 'a tenant of the tests only', attestedBy: 'riley' },
      gcp,
      entra: { applications: ['api://mciem-gcp-oidc-app'] },
      collectors: [{ id: 'c', type: 'gcp', driver: 'retired', recipient: 'riley@contoso.example' }],
      approvers: ['riley'],
      waits: { settle: '20ms' },
    }),
  };
}
