import type { Provider } from '../../snapshot.ts';
import { poolEffects } from '../shared/pool-effects.ts';
import { definition } from './footprint.ts';

/** Each change is a long-running operation. */
export const effects = poolEffects<Provider>({
  noun: 'workload identity provider',
  get: (api, name) => api.getProvider(name),
  create: (api, provider) => api.createProvider(provider),
  definition,
});
