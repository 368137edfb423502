import type { Effects } from '../../../kind.ts';
import { RefusedError } from '../../../answer.ts';
import type { EntraApi } from '../../wire/clients.ts';
import type { ServicePrincipal } from '../../wire/shapes.ts';
import { toJson } from './footprint.ts';

/** Switches sign-in to a service principal off, and on again. Source: Graph, servicePrincipal, `accountEnabled`. */
export const effects: Effects<EntraApi> = {
  async read(api, item) {
    const principal = await api.getServicePrincipal((item.snapshot as ServicePrincipal).id);
    return principal?.accountEnabled ? toJson(principal) : undefined;
  },

  async remove(api, items) {
    for (const item of items) await api.setSignIn((item.snapshot as ServicePrincipal).id, false);
  },

  async restore(api, items) {
    for (const item of items) {
      const { id } = item.snapshot as ServicePrincipal;
      if (!(await api.setSignIn(id, true))) throw new RefusedError('PartMissing', `the service principal ${id} is not there`);
    }
  },
};
