import type { Pool } from '../../snapshot.ts';
import { poolEffects } from '../shared/pool-effects.ts';
import { definition } from './footprint.ts';

export const effects = poolEffects<Pool>({
  noun: 'workload identity pool',
  get: (api, name) => api.getPool(name),
  create: (api, pool) => api.createPool(pool),
  definition,
});
