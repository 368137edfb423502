import type { SandboxContext } from '../service.ts';
import { entraClient, type CloudName } from './client.ts';

/** Microsoft's clouds. Each has its own Resource Manager and Graph, for which no token of another cloud is good. */
const RESOURCES = {
  public: { arm: 'https://management.azure.com', graph: 'https://graph.microsoft.com' },
  usgov: { arm: 'https://management.usgovcloudapi.net', graph: 'https://graph.microsoft.us' },
  china: { arm: 'https://management.chinacloudapi.cn', graph: 'https://microsoftgraph.chinacloudapi.cn' },
} as const satisfies Record<CloudName, object>;

/** The audiences of the cloud that the estate's tenant is in, as its manifest says. */
export function resourcesOf({ store }: SandboxContext): (typeof RESOURCES)[CloudName] {
  return RESOURCES[entraClient(store).cloud];
}
