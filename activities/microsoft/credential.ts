import type { TokenCredential } from '@azure/core-auth';
import { DefaultAzureCredential } from '@azure/identity';
import { inTime } from './rest.ts';
import { authorityHost, isMicrosoftAuthority, type AzureCloudName } from './endpoints.ts';

const credentials = new Map<AzureCloudName, TokenCredential>();

/**
 * The worker's own credential for Entra-protected APIs (ARM, Graph, portal), one a process and cloud, so that its token cache is
 * shared. Which one of the chain is taken can be pinned by AZURE_TOKEN_CREDENTIALS (documented by @azure/identity).
 */
export function azureCredential(cloud: AzureCloudName): TokenCredential {
  let credential = credentials.get(cloud);
  if (!credential) {
    const host = authorityHost(cloud);
    credential = new DefaultAzureCredential({
      authorityHost: host,
      disableInstanceDiscovery: !isMicrosoftAuthority(host),
      additionalPolicies: [{ policy: inTime, position: 'perRetry' }],
    });
    credentials.set(cloud, credential);
  }
  return credential;
}
