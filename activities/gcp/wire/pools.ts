import type { iam_v1 } from 'googleapis/build/src/apis/iam/v1.js';
import { z } from 'zod';
import { unlessGone } from '../../answer.ts';
import { projectOf, type Pool, type Provider } from '../snapshot.ts';
import { isGone } from './classify.ts';
import { finished, flag, PAGE, pages, shaped, text, texts, withProjectId, type Endpoint } from './wire.ts';

/** What a pool and a provider have in common. */
type Pools = iam_v1.Iam['projects']['locations']['workloadIdentityPools'];
type Resource = Pick<Pools, 'delete' | 'undelete' | 'patch'> & { operations: Pick<Pools['operations'], 'get'> };

/** What is not there cannot be enabled. */
const never = () => false;

/**
 * Workload identity. Every change resolves when Google's operation is done; one that takes a name takes a pool's or a provider's. What is not
 * there is undefined when read, and done when disabled or deleted.
 */
export function poolApi(iam: iam_v1.Iam, iamAt: Endpoint) {
  const { workloadIdentityPools: pools } = iam.projects.locations;
  const { providers } = pools;
  const at = (name: string): Resource => (name.includes('/providers/') ? providers : pools);
  const done = async ({ operations }: Pick<Resource, 'operations'>, started: Promise<{ data: unknown }>) =>
    finished((await started).data, async (name) => (await operations.get({ name }, iamAt)).data);
  return {
    /** Soft-deleted ones included, with when these are over. */
    async listPools(projectId: string): Promise<(Pool & { until?: string })[]> {
      const parent = `projects/${projectId}/locations/global`;
      const raw = await pages('workloadIdentityPools', PoolShape, (token) =>
        pools.list({ parent, pageSize: PAGE, showDeleted: true, ...token }, iamAt),
      );
      return raw.map((p) => ({ ...pool(p, projectId), ...(p.expireTime ? { until: p.expireTime } : {}) }));
    },
    /** Soft-deleted ones included. */
    async listProviders(parent: string): Promise<Provider[]> {
      const raw = await pages('workloadIdentityPoolProviders', ProviderShape, (token) =>
        providers.list({ parent, pageSize: PAGE, showDeleted: true, ...token }, iamAt),
      );
      return raw.map((p) => provider(p, projectOf(parent)));
    },
    getPool: (name: string): Promise<Pool | undefined> =>
      unlessGone(isGone, async () => pool(shaped('a pool', PoolShape, (await pools.get({ name }, iamAt)).data), projectOf(name))),
    getProvider: (name: string): Promise<Provider | undefined> =>
      unlessGone(isGone, async () =>
        provider(shaped('a provider', ProviderShape, (await providers.get({ name }, iamAt)).data), projectOf(name)),
      ),
    /** Of all but its state; the id is free again 30 days after a deletion. */
    async createPool({ name, ...requestBody }: Omit<Pool, 'state'>): Promise<void> {
      const [parent = '', workloadIdentityPoolId = ''] = name.split('/workloadIdentityPools/');
      await done(pools, pools.create({ parent, workloadIdentityPoolId, requestBody }, iamAt));
    },
    async createProvider({ name, issuer, audiences, jwksJson, ...rest }: Omit<Provider, 'state'>): Promise<void> {
      const [parent = '', workloadIdentityPoolProviderId = ''] = name.split('/providers/');
      const requestBody = {
        ...rest,
        oidc: { issuerUri: issuer, allowedAudiences: audiences, ...(jwksJson === undefined ? {} : { jwksJson }) },
      };
      await done(providers, providers.create({ parent, workloadIdentityPoolProviderId, requestBody }, iamAt));
    },
    deletePool: (name: string): Promise<void> => unlessGone(isGone, () => done(at(name), at(name).delete({ name }, iamAt))),
    /** Within 30 days of the deletion. */
    undeletePool: (name: string): Promise<void> => done(at(name), at(name).undelete({ name }, iamAt)),
    setPoolDisabled: (name: string, disabled: boolean): Promise<void> =>
      unlessGone(disabled ? isGone : never, () =>
        done(at(name), at(name).patch({ name, updateMask: 'disabled', requestBody: { disabled } }, iamAt)),
      ),
  };
}

const PoolShape = z.object({
  name: z.string().min(1),
  state: text,
  displayName: text,
  description: text,
  disabled: flag,
  expireTime: z.string().nullish(),
});
const ProviderShape = PoolShape.extend({
  oidc: z.object({ issuerUri: text, allowedAudiences: texts, jwksJson: z.string().nullish() }).nullish(),
  attributeMapping: z.record(z.string(), z.string()).nullish(),
  attributeCondition: text,
});

function pool({ name, state, displayName, description, disabled }: z.infer<typeof PoolShape>, projectId: string): Pool {
  return { name: withProjectId(name, projectId), state, displayName, description, disabled };
}

function provider(raw: z.infer<typeof ProviderShape>, projectId: string): Provider {
  return {
    ...pool(raw, projectId),
    issuer: raw.oidc?.issuerUri ?? '',
    audiences: (raw.oidc?.allowedAudiences ?? []).toSorted(),
    attributeMapping: raw.attributeMapping ?? {},
    attributeCondition: raw.attributeCondition,
    ...(raw.oidc?.jwksJson ? { jwksJson: raw.oidc.jwksJson } : {}),
  };
}
