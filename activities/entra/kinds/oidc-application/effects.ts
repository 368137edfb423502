import type { Effects } from '../../../kind.ts';
import { RefusedError } from '../../../answer.ts';
import { define, type ApplicationDefinition } from '../../application.ts';
import type { EntraApi } from '../../wire/clients.ts';
import { toJson } from './footprint.ts';

/**
 * An application is deleted softly, and never purged: the soft delete is the undo. It comes back from the deleted items with its credentials,
 * roles and federated credentials; its service principals were deleted with it and come back one by one, each by its own id. Source: Graph,
 * "Restore deleted item".
 */
export const effects: Effects<EntraApi> = {
  async read(api, item) {
    const there = await api.getApplication((item.snapshot as ApplicationDefinition).id);
    const definition = there && (await define(api, there));
    return definition && toJson(definition);
  },

  async remove(api, items) {
    for (const item of items) await api.deleteApplication((item.snapshot as ApplicationDefinition).id);
  },

  async restore(api, items) {
    for (const item of items) {
      const planned = item.snapshot as ApplicationDefinition;
      await demandFreeUris(api, planned);
      if (!(await api.getApplication(planned.id))) await undelete(api, 'application', planned.id);
      for (const id of planned.servicePrincipals) if (!(await api.getServicePrincipal(id))) await undelete(api, 'service principal', id);
    }
  },
};

/** An identifier URI belongs to one application of a tenant. */
async function demandFreeUris(api: EntraApi, planned: ApplicationDefinition): Promise<void> {
  for (const uri of planned.identifierUris) {
    const holders = await api.listApplications(`identifierUris/any(u:u eq '${uri.replaceAll("'", "''")}')`);
    const stranger = holders.find((h) => h.id !== planned.id);
    if (stranger) {
      throw new RefusedError(
        'NameTaken',
        `the identifier URI ${uri} belongs to the application ${stranger.id} by now; take it off there, then restore again`,
      );
    }
  }
}

async function undelete(api: EntraApi, what: string, id: string): Promise<void> {
  if (await api.restoreDeleted(id)) return;
  throw new RefusedError('Purged', `the ${what} ${id} is no longer among the deleted items, which are kept for 30 days`);
}
