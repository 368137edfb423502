import { command, type KindShell } from '../../../../model/shell.ts';
import { bash } from '../../../bash.ts';
import type { ApplicationDefinition } from '../../application.ts';

/** `graph_restore`: undeletes an object by collection and id, unless it is there. */
const FUNCTIONS = bash`
graph_restore() {
  local said
  if said=$(graph GET "/$1/$2" 2>&1); then echo "there already: $1 $2"; return 0; fi
  if [[ $said != *Request_ResourceNotFound* ]]; then printf '%s\n' "$said" >&2; return 1; fi
  graph POST "/directory/deletedItems/$2/restore"
}`;

/** By `az rest`, since `az ad` cannot restore. With `graph` and `graph_once` of the cloud's own script. */
export const shell: KindShell = {
  prelude: FUNCTIONS,
  remove: (item) => [command('graph_once', 'DELETE', `/applications/${(item.snapshot as ApplicationDefinition).id}`)],
  restore: (item) => {
    const { id, servicePrincipals } = item.snapshot as ApplicationDefinition;
    return [
      command('graph_restore', 'applications', id),
      ...servicePrincipals.map((principal) => command('graph_restore', 'servicePrincipals', principal)),
    ];
  },
};
