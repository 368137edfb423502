import { selfWords } from '../microsoft/self.ts';
import { demanded, type Rights, type RightsContext } from '../rights.ts';
import { GRAPH_INCLUDES, GRAPH_PERMISSIONS } from './wire/permissions.ts';
import type { EntraApi } from './wire/clients.ts';
import { demandTenant } from './reader.ts';

/** Graph's own word is in the worker's token, so `anew` connects with a new one: what was given since the last shows there. */
export function entraRights(anew: (context: RightsContext) => EntraApi): Rights<EntraApi> {
  return {
    self: async (context) => selfWords(await anew(context).self()),
    rows(_system, { manifest: { entra } }) {
      return GRAPH_PERMISSIONS.flatMap((row) => {
        if (row.call === 'POST /users/*/checkMemberGroups') return [];
        if (row.call !== 'POST /directoryObjects/getByIds') return [row];
        return (entra.formerPrincipals ?? []).length > 0 ? [demanded(row)] : [];
      });
    },
    async ask(_api, system, context, rows) {
      const self = await demandTenant(anew(context), system);
      const who = selfWords(self);
      if (self.isPerson)
        return {
          who,
          may: new Map(),
          reason: "a person's sign-in has no application permissions; what it may do hangs on its directory roles",
        };
      const held = withIncluded(self.permissions);
      return { who, may: new Map(rows.flatMap((r) => r.needs).map((permission) => [permission, held.has(permission)])) };
    },
    grant(use, permissions) {
      const how =
        'application permissions of Microsoft Graph for the worker’s application, with admin consent; a worker that runs learns of them with its next token, within an hour';
      return { use, how, text: [...permissions].toSorted().join('\n') };
    },
  };
}

/** Pure: permissions, and those that they include. */
export function withIncluded(permissions: readonly string[]): Set<string> {
  const held = new Set(permissions);
  for (const permission of held) for (const included of GRAPH_INCLUDES[permission] ?? []) held.add(included);
  return held;
}
