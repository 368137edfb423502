import { canonical } from '../../../../model/canonical.ts';
import type { Effects } from '../../../kind.ts';
import { RefusedError } from '../../../answer.ts';
import type { Assignment, AzureApi } from '../../wire/clients.ts';
import { comparable } from './footprint.ts';

/** Reads, deletes and makes role assignments by their ARM ids. Source: ARM, roleAssignments GET, DELETE and PUT. */
export const effects: Effects<AzureApi> = {
  read: (api, item) => api.getAssignment((item.snapshot as Assignment).id),

  async remove(api, items) {
    for (const item of items) await api.deleteAssignment((item.snapshot as Assignment).id);
  },

  async restore(api, items) {
    for (const item of items) await restoreOne(api, item.snapshot as Assignment);
  },
};

async function restoreOne(api: AzureApi, kept: Assignment): Promise<void> {
  const there = await api.getAssignment(kept.id);
  if (there === undefined) return api.putAssignment(kept);
  if (same(there, kept)) return;
  throw new RefusedError(
    'NameTaken',
    `${kept.id} gives another right by now (${there.roleDefinitionId} to ${there.principalId}); look at it, then restore again`,
  );
}

const same = (a: Assignment, b: Assignment) => canonical(comparable(a)) === canonical(comparable(b));
