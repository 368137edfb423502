import type { Json } from '../../../../model/finding.ts';
import { CannotAsk } from '../../../microsoft/cannot-ask.ts';
import { THIRTY_DAYS, type Undo } from '../../../kind.ts';
import { classifyEntra } from '../../wire/classify.ts';
import type { EntraApi } from '../../wire/clients.ts';

interface Kept {
  id: string;
  identifierUris: string[];
  servicePrincipals: string[];
}

/**
 * An application comes back from the deleted items with its credentials, roles and federated credentials; its service principals were deleted
 * with it and come back one by one, each by its own id. Source: Graph, "Restore deleted item".
 */
export const restoreApplication: Undo<EntraApi> = {
  losses: () => ['only within 30 days of its deletion: after that Graph has purged it for good'],
  keptFor: THIRTY_DAYS,
  purged:
    'Graph has purged it, and one made anew would be another application, with another appId and principal and without the consents and credentials it had; its definition is in the plan, for whoever wants to register such a one',

  async restore(api, items) {
    for (const item of items) {
      const kept = item.snapshot as unknown as Kept;
      await demandFreeUris(api, kept);
      await undelete(api, 'application', kept.id, () => api.getApplication(kept.id));
      for (const id of kept.servicePrincipals) await undelete(api, 'service principal', id, () => api.getServicePrincipal(id));
    }
  },

  // Ids, secrets and principals come back as they were.
  comparable: (snapshot: Json) => snapshot,
};

/** An identifier URI belongs to one application of a tenant. */
async function demandFreeUris(api: EntraApi, kept: Kept): Promise<void> {
  for (const uri of kept.identifierUris) {
    const holders = await api.listApplications(`identifierUris/any(u:u eq '${uri.replaceAll("'", "''")}')`);
    const stranger = holders.find((h) => h.id !== kept.id);
    if (stranger) {
      throw new CannotAsk(
        'NameTaken',
        `the identifier URI ${uri} belongs to the application ${stranger.id} by now; take it off there, then restore again`,
      );
    }
  }
}

async function undelete(api: EntraApi, what: string, id: string, read: () => Promise<unknown>): Promise<void> {
  if (await isThere(read)) return;
  try {
    await api.restoreDeleted(id);
  } catch (error) {
    if (classifyEntra(error).kind !== 'gone') throw error;
    throw new CannotAsk('Purged', `the ${what} ${id} is no longer among the deleted items, which are kept for 30 days`);
  }
}

async function isThere(read: () => Promise<unknown>): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (error) {
    if (classifyEntra(error).kind === 'gone') return false;
    throw error;
  }
}
