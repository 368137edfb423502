import { MEPM } from '../../model/footprint.ts';
import { azureCredential } from '../microsoft/credential.ts';
import type { Cloud } from '../cloud.ts';
import { putBack } from '../put-back.ts';
import { classifyPortal } from './wire/classify.ts';
import { connectPortal, type PortalApi } from './wire/clients.ts';
import { PORTAL_KINDS } from './kinds/index.ts';
import { readPortal, type PortalSnapshot } from './reader.ts';
import { PORTAL_ORDER } from './order.ts';

/** The portal's data collectors. The one system is `portal:<tenant id>`. */
export function portalCloud(): Cloud<PortalSnapshot, PortalApi> {
  return {
    type: 'portal',
    order: PORTAL_ORDER,
    connect: (_system, { manifest }) => {
      const url = process.env['OFFBOARD_PORTAL_URL'];
      const endpoint = url === undefined ? undefined : { url, tokenScope: `${MEPM.ciemAppId}/.default` };
      const readable = manifest.collectors.some((c) => c.driver === 'http');
      return Promise.resolve(connectPortal(endpoint, azureCredential(manifest.tenant.cloud), readable));
    },
    read: async (api, system, context) => putBack(PORTAL_KINDS, await readPortal(api, system, context), context),
    facts: () => ({}),
    kinds: PORTAL_KINDS,
    classify: classifyPortal,
    probe: async (api) => {
      if (api.readable) await api.list();
    },
  };
}
