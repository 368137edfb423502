import type { Manifest } from '../../model/manifest.ts';
import { scriptOf } from '../../model/shell.ts';
import { bash } from '../bash.ts';
import { graphEndpoint } from '../microsoft/endpoints.ts';
import { demandSignIn } from '../microsoft/sign-in-shell.ts';
import { ENTRA_KINDS } from './kinds/index.ts';

/**
 * `graph`: one call of Microsoft Graph. `graph_once`: one that may have been done before, so that Graph's own "not found" is no failure.
 * Every other failure ends the script.
 */
const FUNCTIONS = bash`
graph() {
  az rest --method "$1" --url "$GRAPH/v1.0$2" --resource "$GRAPH_RESOURCE" --output none ${'${3:+--body "$3"}'}
}
graph_once() {
  local said
  if said=$(graph "$@" 2>&1); then return 0; fi
  if [[ $said == *Request_ResourceNotFound* ]]; then echo "gone already: $2"; else printf '%s\n' "$said" >&2; return 1; fi
}`;

/** The directory in `az rest`. */
export const entraScript = scriptOf({ prelude, enter: () => [] }, ENTRA_KINDS);

function prelude(manifest: Manifest): string[] {
  const { url } = graphEndpoint(manifest.tenant.cloud, {});
  return [...demandSignIn(manifest), `GRAPH="\${OFFBOARD_GRAPH_ENDPOINT:-${url}}"`, `GRAPH_RESOURCE=${url}`, ...FUNCTIONS];
}
