import type { TokenCredential } from '@azure/core-auth';
import { DefaultAzureCredential } from '@azure/identity';
import { bounded } from './rest.ts';
import { authorityHost, isMicrosoftAuthority, type AzureCloudName } from './endpoints.ts';

const credentials = new Map<AzureCloudName, TokenCredential>();

/**
 * The worker's own credential for Entra-protected APIs (ARM, Graph, portal), one a process and cloud, so that its token cache is
 * shared. Which one of the chain is taken can be pinned by AZURE_TOKEN_CREDENTIALS (documented by @azure/identity).
 */
export function azureCredential(cloud: AzureCloudName): TokenCredential {
  const credential = credentials.get(cloud) ?? newCredential(cloud);
  credentials.set(cloud, credential);
  return credential;
}

/** The same with no token yet: what was granted since the last one shows in a new one. */
export function newCredential(cloud: AzureCloudName): TokenCredential {
  const host = authorityHost(cloud);
  return new DefaultAzureCredential({
    authorityHost: host,
    disableInstanceDiscovery: !isMicrosoftAuthority(host),
    additionalPolicies: [{ policy: bounded, position: 'perRetry' }],
  });
}
