import type { Effects } from '../../../kind.ts';
import { RefusedError } from '../../../answer.ts';
import type { EntraApi } from '../../wire/clients.ts';
import { plannedPrincipal, toJson } from './footprint.ts';

/** Switches sign-in to a service principal off, and on again. Source: Graph, servicePrincipal, `accountEnabled`. */
export const effects: Effects<EntraApi> = {
  async read(api, item) {
    const principal = await api.getServicePrincipal(plannedPrincipal(item).id);
    return principal?.accountEnabled ? toJson(principal) : undefined;
  },

  async remove(api, items) {
    for (const item of items) await api.setSignIn(plannedPrincipal(item).id, false);
  },

  async restore(api, items) {
    for (const item of items) {
      if (!(await api.setSignIn(plannedPrincipal(item).id, true)))
        throw new RefusedError('PartMissing', `the service principal ${plannedPrincipal(item).id} is not there`);
    }
  },
};
