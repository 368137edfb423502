import type { PlanItem } from '../../../../model/plan.ts';
import { nativeIdOf, type Effects } from '../../../kind.ts';
import type { PortalApi } from '../../wire/clients.ts';
import { readDefinition, type Definition } from './footprint.ts';

/** Deleted only with the one-time password, by an activity of its own. */
export const effects: Effects<PortalApi> = {
  async read(api, item) {
    const planned = item.snapshot as Definition;
    // Nothing can be read of the others: only a person's confirmation can say that they are gone.
    if (planned.driver !== 'http') return item.snapshot;
    const there = await api.get(nativeIdOf(item));
    return there && readDefinition(there, planned.recipient);
  },

  remove(_api, [item]: readonly [PlanItem, ...PlanItem[]]) {
    return Promise.reject(new Error(`${item.id} can be deleted only with its one-time password`));
  },
};
