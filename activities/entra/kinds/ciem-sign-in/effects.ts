import type { PlanItem } from '../../../../model/plan.ts';
import type { Effects } from '../../../kind.ts';
import { RefusedError } from '../../../answer.ts';
import type { EntraApi } from '../../wire/clients.ts';
import { footprint, toJson } from './footprint.ts';

/** Switches sign-in to a service principal off, and on again. Source: Graph, servicePrincipal, `accountEnabled`. */
export const effects: Effects<EntraApi> = {
  async read(api, item) {
    const principal = await api.getServicePrincipal(principalId(item));
    return principal?.accountEnabled ? toJson(principal) : undefined;
  },

  async remove(api, items) {
    for (const item of items) await api.setSignIn(principalId(item), false);
  },

  async restore(api, items) {
    for (const item of items) {
      if (!(await api.setSignIn(principalId(item), true)))
        throw new RefusedError('PartMissing', `the service principal ${principalId(item)} is not there`);
    }
  },
};

function principalId(item: PlanItem): string {
  return item.id.slice(footprint.name.length + 1);
}
