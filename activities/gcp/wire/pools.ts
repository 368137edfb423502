import type { iam_v1 } from 'googleapis/build/src/apis/iam/v1.js';
import { unlessGone } from '../../gone.ts';
import { pool, provider } from './answers.ts';
import { isGone } from './classify.ts';
import { projectOf, type Pool, type Provider } from '../snapshot.ts';
import { finished, PAGE, pages, type Endpoint } from './wire.ts';

/**
 * Workload identity. Every change resolves when Google's operation is done. What is not there is undefined when read, and done when disabled
 * or deleted.
 */
export interface PoolApi {
  listPools(projectId: string): Promise<Pool[]>;
  /** Soft-deleted ones included. */
  listProviders(pool: string): Promise<Provider[]>;
  getPool(name: string): Promise<Pool | undefined>;
  getProvider(name: string): Promise<Provider | undefined>;
  deletePool(name: string): Promise<void>;
  deleteProvider(name: string): Promise<void>;
  /** Within 30 days of the deletion. */
  undeletePool(name: string): Promise<void>;
  undeleteProvider(name: string): Promise<void>;
  /** Of all but its state; the id is free again 30 days after a deletion. */
  createPool(pool: Omit<Pool, 'state'>): Promise<void>;
  createProvider(provider: Omit<Provider, 'state'>): Promise<void>;
  setPoolDisabled(name: string, disabled: boolean): Promise<void>;
  setProviderDisabled(name: string, disabled: boolean): Promise<void>;
}

/** What is not there cannot be enabled. */
const never = () => false;

export function poolApi(iam: iam_v1.Iam, iamAt: Endpoint): PoolApi {
  const pools = iam.projects.locations.workloadIdentityPools;
  const { providers } = pools;
  const poolChange = async ({ data }: { data: iam_v1.Schema$Operation }) =>
    finished(data, async (name) => (await pools.operations.get({ name }, iamAt)).data);
  const providerChange = async ({ data }: { data: iam_v1.Schema$Operation }) =>
    finished(data, async (name) => (await providers.operations.get({ name }, iamAt)).data);

  return {
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
        const { data } = await providers.list({ parent, pageSize: PAGE, showDeleted: true, ...pageToken }, iamAt);
        return { items: data.workloadIdentityPoolProviders, next: data.nextPageToken };
      });
      return raw.map((p) => provider(p, projectOf(parent)));
    },
    getPool: (name) => unlessGone(isGone, async () => pool((await pools.get({ name }, iamAt)).data, projectOf(name))),
    getProvider: (name) => unlessGone(isGone, async () => provider((await providers.get({ name }, iamAt)).data, projectOf(name))),
    deletePool: (name) => unlessGone(isGone, async () => poolChange(await pools.delete({ name }, iamAt))),
    deleteProvider: (name) => unlessGone(isGone, async () => providerChange(await providers.delete({ name }, iamAt))),
    undeletePool: async (name) => poolChange(await pools.undelete({ name }, iamAt)),
    undeleteProvider: async (name) => providerChange(await providers.undelete({ name }, iamAt)),
    async createPool({ name, ...requestBody }) {
      const [parent = '', workloadIdentityPoolId = ''] = name.split('/workloadIdentityPools/');
      return poolChange(await pools.create({ parent, workloadIdentityPoolId, requestBody }, iamAt));
    },
    async createProvider({ name, issuer, audiences, ...rest }) {
      const [parent = '', workloadIdentityPoolProviderId = ''] = name.split('/providers/');
      const requestBody = { ...rest, oidc: { issuerUri: issuer, allowedAudiences: audiences } };
      return providerChange(await providers.create({ parent, workloadIdentityPoolProviderId, requestBody }, iamAt));
    },
    setPoolDisabled: (name, disabled) =>
      unlessGone(disabled ? isGone : never, async () =>
        poolChange(await pools.patch({ name, updateMask: 'disabled', requestBody: { disabled } }, iamAt)),
      ),
    setProviderDisabled: (name, disabled) =>
      unlessGone(disabled ? isGone : never, async () =>
        providerChange(await providers.patch({ name, updateMask: 'disabled', requestBody: { disabled } }, iamAt)),
      ),
  };
}
