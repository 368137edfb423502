import { GoogleAuth } from 'google-auth-library';
import { cloudresourcemanager_v3 } from 'googleapis/build/src/apis/cloudresourcemanager/v3.js';
import { iam_v1 } from 'googleapis/build/src/apis/iam/v1.js';
import { account, pool, provider } from './answers.ts';
import { OperationError } from './classify.ts';
import type { Policy, Pool, Provider, ServiceAccount } from './snapshot.ts';

/** Every call the product makes to Google. Names are full resource names with the project's id; errors are the SDK's. */
export interface GcpApi {
  /** Of an organisation, folder, project or service account; in version 3, so that conditions are shown. */
  getPolicy(resource: string): Promise<Policy>;
  /** Refused with 409 when the policy's etag is no longer current. */
  setPolicy(resource: string, policy: Policy): Promise<void>;
  projectNumber(projectId: string): Promise<string>;
  listPools(projectId: string): Promise<Pool[]>;
  /** Soft-deleted ones included. */
  listProviders(pool: string): Promise<Provider[]>;
  getPool(name: string): Promise<Pool>;
  getProvider(name: string): Promise<Provider>;
  /** Resolves when Google's operation is done. */
  deletePool(name: string): Promise<void>;
  deleteProvider(name: string): Promise<void>;
  listServiceAccounts(projectId: string): Promise<ServiceAccount[]>;
  getServiceAccount(name: string): Promise<ServiceAccount>;
  disableServiceAccount(name: string): Promise<void>;
  deleteServiceAccount(name: string): Promise<void>;
}

const TIMEOUT_MS = 30_000;
const PAGE = 100;
const OPERATION_POLL_MS = 500;
const OPERATION_LIMIT_MS = 60_000;

/**
 * Google's APIs with Application Default Credentials. OFFBOARD_GCP_IAM_ENDPOINT and OFFBOARD_GCP_RESOURCE_MANAGER_ENDPOINT name other
 * endpoints than Google's own. The SDK's retries are off: the engine tries again, and says so in its journal.
 */
export function connectGoogle(env: NodeJS.ProcessEnv = process.env): GcpApi {
  const auth = new GoogleAuth({
    scopes: 'https://www.googleapis.com/auth/cloud-platform',
    clientOptions: { transporterOptions: { timeout: TIMEOUT_MS } },
  });
  const options = { auth, timeout: TIMEOUT_MS, retry: false };
  const iam = new iam_v1.Iam(options);
  const manager = new cloudresourcemanager_v3.Cloudresourcemanager(options);
  const iamAt = rootUrl(env['OFFBOARD_GCP_IAM_ENDPOINT']);
  const managerAt = rootUrl(env['OFFBOARD_GCP_RESOURCE_MANAGER_ENDPOINT']);
  const accounts = iam.projects.serviceAccounts;
  const pools = iam.projects.locations.workloadIdentityPools;

  return {
    ...policyCalls(iam, iamAt, manager, managerAt),
    async projectNumber(projectId) {
      const { data } = await manager.projects.get({ name: `projects/${projectId}` }, managerAt);
      const number = /^projects\/(\d+)$/.exec(data.name ?? '')?.[1];
      if (number === undefined) throw new Error(`Google did not tell the number of project ${projectId}`);
      return number;
    },
    async listPools(projectId) {
      const parent = `projects/${projectId}/locations/global`;
      const raw = await pages(async (pageToken) => {
        const { data } = await pools.list({ parent, pageSize: PAGE, ...pageToken }, iamAt);
        return { items: data.workloadIdentityPools, next: data.nextPageToken };
      });
      return raw.map((p) => pool(p, projectId));
    },
    async listProviders(parent) {
      const raw = await pages(async (pageToken) => {
        const { data } = await pools.providers.list({ parent, pageSize: PAGE, showDeleted: true, ...pageToken }, iamAt);
        return { items: data.workloadIdentityPoolProviders, next: data.nextPageToken };
      });
      return raw.map((p) => provider(p, projectOf(parent)));
    },
    getPool: async (name) => pool((await pools.get({ name }, iamAt)).data, projectOf(name)),
    getProvider: async (name) => provider((await pools.providers.get({ name }, iamAt)).data, projectOf(name)),
    async deletePool(name) {
      const { data } = await pools.delete({ name }, iamAt);
      await finished(data, async (operation) => (await pools.operations.get({ name: operation }, iamAt)).data);
    },
    async deleteProvider(name) {
      const { data } = await pools.providers.delete({ name }, iamAt);
      await finished(data, async (operation) => (await pools.providers.operations.get({ name: operation }, iamAt)).data);
    },
    async listServiceAccounts(projectId) {
      const raw = await pages(async (pageToken) => {
        const { data } = await accounts.list({ name: `projects/${projectId}`, pageSize: PAGE, ...pageToken }, iamAt);
        return { items: data.accounts, next: data.nextPageToken };
      });
      return raw.map((a) => account(a, projectId));
    },
    getServiceAccount: async (name) => account((await accounts.get({ name }, iamAt)).data, projectOf(name)),
    async disableServiceAccount(name) {
      await accounts.disable({ name }, iamAt);
    },
    async deleteServiceAccount(name) {
      await accounts.delete({ name }, iamAt);
    },
  };
}

/** The two policy calls: four types of resource, each with its own method in Google's APIs. */
function policyCalls(
  iam: iam_v1.Iam,
  iamAt: Endpoint,
  manager: cloudresourcemanager_v3.Cloudresourcemanager,
  managerAt: Endpoint,
): Pick<GcpApi, 'getPolicy' | 'setPolicy'> {
  const level = (resource: string) => {
    if (resource.startsWith('organizations/')) return manager.organizations;
    return resource.startsWith('folders/') ? manager.folders : manager.projects;
  };
  const isAccount = (resource: string) => resource.includes('/serviceAccounts/');
  return {
    async getPolicy(resource) {
      if (isAccount(resource)) {
        return (await iam.projects.serviceAccounts.getIamPolicy({ resource, 'options.requestedPolicyVersion': 3 }, iamAt)).data as Policy;
      }
      return (await level(resource).getIamPolicy({ resource, requestBody: { options: { requestedPolicyVersion: 3 } } }, managerAt))
        .data as Policy;
    },
    async setPolicy(resource, policy) {
      if (isAccount(resource)) await iam.projects.serviceAccounts.setIamPolicy({ resource, requestBody: { policy } }, iamAt);
      else await level(resource).setIamPolicy({ resource, requestBody: { policy } }, managerAt);
    },
  };
}

type Endpoint = { rootUrl?: string };

/** Given with each call: the SDK drops the path of a `rootUrl` that is given to the client. */
function rootUrl(endpoint: string | undefined): Endpoint {
  return endpoint ? { rootUrl: endpoint.endsWith('/') ? endpoint : `${endpoint}/` } : {};
}

/** `projects/<id>/…` → id. */
function projectOf(name: string): string {
  return name.split('/')[1] ?? '';
}

type PageToken = { pageToken?: string };

/** All pages; a failed page fails the whole list. */
async function pages<T>(
  page: (token: PageToken) => Promise<{ items?: T[] | null | undefined; next?: string | null | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  let token: PageToken = {};
  for (;;) {
    const { items, next } = await page(token);
    all.push(...(items ?? []));
    if (!next) return all;
    token = { pageToken: next };
  }
}

/** Polls a long-running operation until it is done. Throws OperationError when it failed or still runs after a minute. */
async function finished(first: iam_v1.Schema$Operation, get: (name: string) => Promise<iam_v1.Schema$Operation>): Promise<void> {
  const end = Date.now() + OPERATION_LIMIT_MS;
  let operation = first;
  while (!operation.done) {
    if (Date.now() > end) throw new OperationError(`the operation ${first.name} still runs`);
    await new Promise((resolve) => setTimeout(resolve, OPERATION_POLL_MS));
    operation = await get(first.name ?? '');
  }
  if (operation.error) throw new OperationError(operation.error.message ?? 'the operation failed', operation.error.code ?? 2);
}
