import type { Provider } from '../../snapshot.ts';
import { poolEffects } from '../shared/pool-effects.ts';
import { definition } from './footprint.ts';

/** Each change is a long-running operation. */
export const effects = poolEffects<Provider>({
  noun: 'workload identity provider',
  get: (api, name) => api.getProvider(name),
  delete: (api, name) => api.deleteProvider(name),
  undelete: (api, name) => api.undeleteProvider(name),
  setDisabled: (api, name, disabled) => api.setProviderDisabled(name, disabled),
  create: (api, provider) => api.createProvider(provider),
  definition,
});
