import { nativeId } from '../../model/names.ts';
import { azureCredential } from '../microsoft/credential.ts';
import { armEndpoint, graphEndpoint } from '../microsoft/endpoints.ts';
import type { Cloud, ReadContext } from '../cloud.ts';
import { putBack } from '../put-back.ts';
import { classifyAzure } from './wire/classify.ts';
import { connectAzure, type AzureApi } from './wire/clients.ts';
import { azureFacts } from './facts.ts';
import { ownAccessAtScope } from './own-access/read.ts';
import { azureRights } from './rights.ts';
import { readAzure, type AzureSnapshot } from './reader.ts';
import { AZURE_KINDS } from './kinds/index.ts';
import { walkAzure } from './walk.ts';
import { AZURE_ORDER } from './order.ts';

/** Azure RBAC. Systems are scopes: `azure:/subscriptions/<id>`, `azure:/providers/Microsoft.Management/managementGroups/<id>`, `azure:/`. */
export function azureCloud(): Cloud<AzureSnapshot, AzureApi> {
  // One client for all systems, since no call's scope is its own.
  const clients = new Map<string, AzureApi>();
  const connected = ({ manifest: { tenant } }: Pick<ReadContext, 'manifest'>) => {
    const [arm, graph] = [armEndpoint(tenant.cloud), graphEndpoint(tenant.cloud)];
    const key = [tenant.cloud, arm.url, graph.url].join(' ');
    const client = clients.get(key) ?? connectAzure(arm, azureCredential(tenant.cloud), graph);
    clients.set(key, client);
    return Promise.resolve(client);
  };
  return {
    type: 'azure',
    order: AZURE_ORDER,
    connect: (_system, context) => connected(context),
    walk: async (context) => walkAzure(await connected(context), context),
    read: async (api, system, context) => putBack(AZURE_KINDS, await readAzure(api, system, context), context),
    facts: azureFacts,
    kinds: AZURE_KINDS,
    classify: classifyAzure,
    ownAccess: ownAccessAtScope,
    rights: azureRights(connected),
    probe: (api, system) => api.touch(nativeId(system)),
  };
}
