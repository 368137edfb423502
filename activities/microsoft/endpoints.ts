import type { Manifest } from '../../model/manifest.ts';

export type AzureCloudName = Manifest['tenant']['cloud'];

interface Endpoints {
  /** Where tokens come from, unless AZURE_AUTHORITY_HOST says otherwise. */
  authorityHost: string;
  arm: string;
  graph: string;
}

/** Source: Microsoft's pages "Azure national clouds" and "Microsoft Graph national cloud deployments". */
const ENDPOINTS: Record<AzureCloudName, Endpoints> = {
  public: {
    authorityHost: 'https://login.microsoftonline.com',
    arm: 'https://management.azure.com',
    graph: 'https://graph.microsoft.com',
  },
  usgov: {
    authorityHost: 'https://login.microsoftonline.us',
    arm: 'https://management.usgovcloudapi.net',
    graph: 'https://graph.microsoft.us',
  },
  china: {
    authorityHost: 'https://login.chinacloudapi.cn',
    arm: 'https://management.chinacloudapi.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
  },
};

/** Base URL of one API, and the scope of the tokens for it, which names the real cloud even where the URL is overridden. */
export interface Endpoint {
  url: string;
  tokenScope: string;
}

/** Azure Resource Manager; OFFBOARD_ARM_ENDPOINT overrides the URL. */
export function armEndpoint(cloud: AzureCloudName, environment = process.env): Endpoint {
  return { url: environment['OFFBOARD_ARM_ENDPOINT'] ?? ENDPOINTS[cloud].arm, tokenScope: `${ENDPOINTS[cloud].arm}/.default` };
}

/** Microsoft Graph, without version; OFFBOARD_GRAPH_ENDPOINT overrides the URL. */
export function graphEndpoint(cloud: AzureCloudName, environment = process.env): Endpoint {
  return { url: environment['OFFBOARD_GRAPH_ENDPOINT'] ?? ENDPOINTS[cloud].graph, tokenScope: `${ENDPOINTS[cloud].graph}/.default` };
}

/** Which of Microsoft's APIs it is, by whom its tokens are for, wherever it is; undefined for any other. */
export function apiOf({ tokenScope }: Endpoint): 'arm' | 'graph' | undefined {
  for (const { arm, graph } of Object.values(ENDPOINTS)) {
    if (tokenScope === `${arm}/.default`) return 'arm';
    if (tokenScope === `${graph}/.default`) return 'graph';
  }
  return undefined;
}

/** The authority that issues the worker's tokens; AZURE_AUTHORITY_HOST overrides it. */
export function authorityHost(cloud: AzureCloudName, environment = process.env): string {
  return environment['AZURE_AUTHORITY_HOST'] ?? ENDPOINTS[cloud].authorityHost;
}

/** Whether Microsoft's instance discovery knows the host; any other host would be refused by it. */
export function isMicrosoftAuthority(host: string): boolean {
  const { hostname } = new URL(host.includes('://') ? host : `https://${host}`);
  return Object.values(ENDPOINTS).some((e) => new URL(e.authorityHost).hostname === hostname) || hostname === 'login.windows.net';
}
