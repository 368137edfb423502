import type { SandboxContext } from '../service.ts';
import type { EstateStore } from '../store.ts';

/** Microsoft's clouds. Each has its own Resource Manager and Graph, for which no token of another cloud is good. */
const RESOURCES = {
  public: { arm: 'https://management.azure.com', graph: 'https://graph.microsoft.com' },
  usgov: { arm: 'https://management.usgovcloudapi.net', graph: 'https://graph.microsoft.us' },
  china: { arm: 'https://management.chinacloudapi.cn', graph: 'https://microsoftgraph.chinacloudapi.cn' },
} as const;

/** The application that a worker signs in with. */
export interface EntraClient {
  clientId: string;
  clientSecret: string;
  tenantId: string;
  cloud: keyof typeof RESOURCES;
}

/** The one client of a sandbox; `first` makes it when there is none yet. A store that no worker was told of has one that nobody is. */
export function entraClient(
  store: EstateStore,
  first: EntraClient = { clientId: '', clientSecret: '', tenantId: '', cloud: 'public' },
): EntraClient {
  return store.credential('entra-client', () => first);
}

/** The audiences of the cloud that the estate's tenant is in, as its manifest says. */
export function resourcesOf({ store }: SandboxContext): (typeof RESOURCES)[EntraClient['cloud']] {
  return RESOURCES[entraClient(store).cloud];
}
