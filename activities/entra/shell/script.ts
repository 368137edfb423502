import type { Manifest } from '../../../model/manifest.ts';
import type { PlanItem } from '../../../model/plan.ts';
import { command, type CloudScript } from '../../../model/shell.ts';
import { graphEndpoint } from '../../microsoft/endpoints.ts';
import { demandSignIn } from '../../microsoft/sign-in-shell.ts';

/**
 * `graph`: one call of Microsoft Graph. `graph_once`: one that may have been done before, so that Graph's own "not found" is no failure.
 * `graph_restore`: undeletes an object by collection and id, unless it is there. Every other failure ends the script.
 */
const FUNCTIONS = String.raw`
graph() {
  az rest --method "$1" --url "$GRAPH/v1.0$2" --resource "$GRAPH_RESOURCE" --output none ${'${3:+--body "$3"}'}
}
graph_once() {
  local said
  if said=$(graph "$@" 2>&1); then return 0; fi
  if [[ $said == *Request_ResourceNotFound* ]]; then echo "gone already: $2"; else printf '%s\n' "$said" >&2; return 1; fi
}
graph_restore() {
  local said
  if said=$(graph GET "/$1/$2" 2>&1); then echo "there already: $1 $2"; return 0; fi
  if [[ $said != *Request_ResourceNotFound* ]]; then printf '%s\n' "$said" >&2; return 1; fi
  graph POST "/directory/deletedItems/$2/restore"
}`;

/** Removal and restore by `az rest`, since `az ad` cannot restore. */
export const entraScript: CloudScript = {
  prelude,
  enter: () => [],
  kinds: {
    'entra-oidc-application': {
      remove: (item) => [command('graph_once', 'DELETE', `/applications/${applicationOf(item).id}`)],
      restore: (item) => {
        const { id, servicePrincipals } = applicationOf(item);
        return [
          command('graph_restore', 'applications', id),
          ...servicePrincipals.map((principal) => command('graph_restore', 'servicePrincipals', principal)),
        ];
      },
    },
    'entra-ciem-sign-in': {
      remove: (item) => [command('graph_once', 'PATCH', `/servicePrincipals/${applicationOf(item).id}`, '{"accountEnabled": false}')],
      restore: (item) => [command('graph', 'PATCH', `/servicePrincipals/${applicationOf(item).id}`, '{"accountEnabled": true}')],
    },
  },
};

function prelude(manifest: Manifest): string[] {
  const { url } = graphEndpoint(manifest.tenant.cloud, {});
  return [
    ...demandSignIn(manifest),
    `GRAPH="\${OFFBOARD_GRAPH_ENDPOINT:-${url}}"`,
    `GRAPH_RESOURCE=${url}`,
    ...FUNCTIONS.trim().split('\n'),
  ];
}

function applicationOf(item: PlanItem): { id: string; servicePrincipals: string[] } {
  return item.snapshot as { id: string; servicePrincipals: string[] };
}
