import { nativeId } from '../../model/names.ts';
import { azureCredential } from '../microsoft/credential.ts';
import { armEndpoint, graphEndpoint } from '../microsoft/endpoints.ts';
import type { Cloud } from '../cloud.ts';
import { putBack } from '../put-back.ts';
import { connectArm } from './wire/arm.ts';
import { classifyAzure } from './wire/classify.ts';
import { connectAzure, type AzureApi } from './wire/clients.ts';
import { azureFacts } from './facts.ts';
import { ownAccessAtScope } from './own-access/read.ts';
import { readAzure, type AzureSnapshot } from './reader.ts';
import { AZURE_KINDS } from './kinds/index.ts';
import { walkAzure } from './walk.ts';
import { AZURE_ORDER } from './order.ts';

/** Azure RBAC. Systems are scopes: `azure:/subscriptions/<id>`, `azure:/providers/Microsoft.Management/managementGroups/<id>`, `azure:/`. */
export function azureCloud(): Cloud<AzureSnapshot, AzureApi> {
  return {
    type: 'azure',
    order: AZURE_ORDER,
    apart: true,
    connect: (_system, { manifest: { tenant } }) =>
      Promise.resolve(connectAzure(armEndpoint(tenant.cloud), azureCredential(tenant.cloud), graphEndpoint(tenant.cloud))),
    walk: (context) =>
      walkAzure(connectArm(armEndpoint(context.manifest.tenant.cloud), azureCredential(context.manifest.tenant.cloud)), context),
    read: async (api, system, context) => putBack(AZURE_KINDS, await readAzure(api, system, context), context),
    facts: azureFacts,
    kinds: AZURE_KINDS,
    classify: classifyAzure,
    ownAccess: ownAccessAtScope,
    probe: (api, system) => api.touch(nativeId(system)),
  };
}
