import { randomBytes } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { baseKey } from './aws/credentials.ts';
import { entraClient } from './entra/client.ts';
import { EstateError, type Estate } from './estate.ts';
import { writeGoogleCredentials } from './gcp/credentials.ts';
import type { EstateStore } from './store.ts';

const WORKER_PRINCIPAL = 'offboarding-worker';
const ManifestTenant = z.looseObject({
  tenant: z.looseObject({ id: z.guid(), cloud: z.enum(['public', 'usgov', 'china']).default('public') }),
});

/**
 * Makes the worker's client in Entra for the first estate, and keeps it for those after it, which must be of the same tenant. Its principal
 * must be in the estate, so that Graph can list its directory roles: the entra-service-principal with the display name `offboarding-worker`.
 */
export function registerWorker(store: EstateStore, estate: Estate): void {
  const manifest = ManifestTenant.safeParse(estate.manifest);
  if (!manifest.success) throw new EstateError('InvalidEstate', 'manifest.tenant.id: is not a GUID; write the id of the tenant');
  const { id: tenantId, cloud } = manifest.data.tenant;
  const principal = estate.objects.find((o) => o.kind === 'entra-service-principal' && o.displayName === WORKER_PRINCIPAL);
  if (principal?.kind !== 'entra-service-principal')
    throw new EstateError(
      'InvalidEstate',
      `objects: no entra-service-principal has the displayName ${WORKER_PRINCIPAL}; add it, the worker signs in as this one`,
    );
  const clientSecret = randomBytes(24).toString('base64url');
  const client = entraClient(store, { clientId: principal.appId, clientSecret, tenantId, cloud });
  if (client.tenantId !== tenantId)
    throw new EstateError(
      'InvalidEstate',
      `manifest.tenant.id: this sandbox is the tenant ${client.tenantId}; start another sandbox, in a folder of its own, for another tenant`,
    );
}

/**
 * Writes `worker.env.json` and, for a shell to source, `worker.env` (mode 0600): every endpoint and credential a worker needs to take the
 * sandbox for the real clouds. The credentials are pretend ones.
 */
export function writeWorkerEnvironment(directory: string, origin: string, authorityFile: string, store: EstateStore): void {
  const key = baseKey(store);
  const client = entraClient(store);
  const environment: Record<string, string> = {
    NODE_EXTRA_CA_CERTS: authorityFile,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_STS: `${origin}/sts`,
    AWS_ENDPOINT_URL_IAM: `${origin}/iam`,
    AWS_ENDPOINT_URL_ORGANIZATIONS: `${origin}/organizations`,
    AWS_ENDPOINT_URL_CLOUDFORMATION: `${origin}/cloudformation`,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `${origin}/secretsmanager`,
    ...entryRole(store),
    AZURE_TENANT_ID: client.tenantId,
    AZURE_CLIENT_ID: client.clientId,
    AZURE_CLIENT_SECRET: client.clientSecret,
    AZURE_AUTHORITY_HOST: origin,
    AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential',
    OFFBOARD_ARM_ENDPOINT: `${origin}/arm`,
    OFFBOARD_GRAPH_ENDPOINT: `${origin}/graph`,
    OFFBOARD_GCP_IAM_ENDPOINT: `${origin}/gcp-iam`,
    OFFBOARD_GCP_RESOURCE_MANAGER_ENDPOINT: `${origin}/gcp-crm`,
    OFFBOARD_GCP_CLOUD_ASSET_ENDPOINT: `${origin}/gcp-asset`,
    OFFBOARD_GCP_POLICY_ANALYZER_ENDPOINT: `${origin}/gcp-analyzer`,
    OFFBOARD_PORTAL_URL: `${origin}/portal`,
    // Without a project of its own, Google's library would look for one at the cloud's metadata server, outside of loopback.
    GOOGLE_CLOUD_PROJECT: 'sandbox',
    GOOGLE_APPLICATION_CREDENTIALS: writeGoogleCredentials(directory, origin),
  };
  writePrivate(join(directory, 'worker.env.json'), `${JSON.stringify(environment, null, 2)}\n`);
  const lines = Object.entries(environment).map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`);
  writePrivate(join(directory, 'worker.env'), lines.join(''));
}

/** The role of the estate's accounts, as an operator would name it who made it there. */
function entryRole(store: EstateStore): Record<string, string> {
  const accounts = store.list('aws-account');
  const role = (accounts.find((a) => a.management) ?? accounts[0])?.entryRole;
  return role === undefined || role === null ? {} : { OFFBOARD_AWS_ROLE: role };
}

function writePrivate(file: string, text: string): void {
  writeFileSync(`${file}.next`, text, { mode: 0o600 });
  renameSync(`${file}.next`, file);
}
