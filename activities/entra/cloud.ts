import { azureCredential, newCredential } from '../microsoft/credential.ts';
import { graphEndpoint } from '../microsoft/endpoints.ts';
import type { Cloud } from '../cloud.ts';
import { putBack } from '../put-back.ts';
import { entraFacts } from './facts.ts';
import { ENTRA_KINDS } from './kinds/index.ts';
import { classifyEntra } from './wire/classify.ts';
import { connectEntra, type EntraApi } from './wire/clients.ts';
import { ownAccessToDirectory } from './own-access/read.ts';
import { entraRights } from './rights.ts';
import { demandTenant, readEntra, type EntraSnapshot } from './reader.ts';
import { MEPM } from '../../model/footprint.ts';
import { ENTRA_ORDER } from './order.ts';

/** The directory, by Microsoft Graph. The one system is `entra:<tenant id>`. */
export function entraCloud(): Cloud<EntraSnapshot, EntraApi> {
  return {
    type: 'entra',
    order: ENTRA_ORDER,
    connect: (_system, { manifest: { tenant } }) =>
      Promise.resolve(connectEntra(graphEndpoint(tenant.cloud), azureCredential(tenant.cloud))),
    read: async (api, system, context) => putBack(ENTRA_KINDS, await readEntra(api, system, context), context),
    facts: entraFacts,
    kinds: ENTRA_KINDS,
    classify: classifyEntra,
    ownAccess: ownAccessToDirectory,
    rights: entraRights(({ manifest: { tenant } }) => connectEntra(graphEndpoint(tenant.cloud), newCredential(tenant.cloud))),
    probe: async (api, system) => {
      await demandTenant(api, system);
      await api.listServicePrincipals(MEPM.ciemAppId);
    },
  };
}
