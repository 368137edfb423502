import { nativeId, type SystemId } from '../../model/names.ts';
import type { Manifest } from '../../model/manifest.ts';
import { each } from '../../model/selector.ts';
import { demanded, type Rights, type RightsContext } from '../rights.ts';
import { gcpRole } from './grant.ts';
import type { GcpApi } from './wire/clients.ts';
import { GCP_PERMISSIONS, type GcpLevel } from './wire/permissions.ts';

/** Resource Manager is asked which of some permissions the caller has (testIamPermissions), which needs none itself. */
export function gcpRights(connected: (context: RightsContext) => Promise<GcpApi>): Rights<GcpApi> {
  return {
    self: async (context) => whoOf(await connected(context)),
    rows(system, { manifest }) {
      const levels = levelsOf(system, manifest);
      return GCP_PERMISSIONS.flatMap((row) => {
        if (!levels.includes(row.on as GcpLevel) || row.call.endsWith('.search')) return [];
        const [, listed] = /^cloudresourcemanager\.(folders|projects)\.list$/.exec(row.call) ?? [];
        if (listed === undefined) return [row];
        return manifest.gcp?.[listed as 'folders' | 'projects'] === 'all' ? [demanded(row)] : [];
      });
    },
    async ask(api, system, _context, rows) {
      const asked = [...new Set(rows.flatMap((r) => r.needs))];
      const held = new Set(await api.testPermissions(nativeId(system), asked));
      return { who: await whoOf(api), may: new Map(asked.map((permission) => [permission, held.has(permission)])) };
    },
    grant(use, permissions, _systems, { manifest: { gcp } }) {
      const organization = gcp?.organization ?? 'ORGANIZATION';
      const how = `a custom role: gcloud iam roles create mepmOffboard${use[0]?.toUpperCase()}${use.slice(1)} --organization=${organization} --file=FILE, then gcloud organizations add-iam-policy-binding for the worker`;
      return { use, how, text: gcpRole(use, [...permissions].toSorted()).trimEnd() };
    },
  };
}

/** Pure: on what a system's permissions are needed. Without an OIDC project of the manifest, each project may be one. */
function levelsOf(system: SystemId, { gcp }: Manifest): GcpLevel[] {
  const [type, id = ''] = nativeId(system).split('/');
  if (type === 'organizations') return ['organization'];
  if (type === 'folders') return ['folder'];
  const named = each(gcp?.oidcProject);
  return named.length === 0 || named.includes(id) ? ['project', 'oidc-project'] : ['project'];
}

async function whoOf(api: GcpApi): Promise<string> {
  const [who] = await api.ourselves();
  if (who !== undefined && !who.includes('@')) return `an identity of ${who}`;
  return who ?? "a person's own credentials, which do not tell whose they are";
}
