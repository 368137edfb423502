import type { EstateStore } from '../store.ts';

/** Microsoft's clouds. */
export type CloudName = 'public' | 'usgov' | 'china';

/** The application that a worker signs in with. */
export interface EntraClient {
  clientId: string;
  clientSecret: string;
  tenantId: string;
  cloud: CloudName;
}

/** The one client of a sandbox; `first` makes it when there is none yet. A store that no worker was told of has one that nobody is. */
export function entraClient(
  store: EstateStore,
  first: EntraClient = { clientId: '', clientSecret: '', tenantId: '', cloud: 'public' },
): EntraClient {
  return store.credential('entra-client', first);
}
