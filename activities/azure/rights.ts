import { nativeId } from '../../model/names.ts';
import { unlessRefused } from '../answer.ts';
import { selfWords } from '../microsoft/self.ts';
import { demanded, type Rights, type RightsContext } from '../rights.ts';
import { azureRole } from './grant.ts';
import type { GrantedActions } from './wire/arm.ts';
import { classifyAzure } from './wire/classify.ts';
import type { AzureApi } from './wire/clients.ts';
import { AZURE_PERMISSIONS } from './wire/permissions.ts';

const READ_OWN = 'Microsoft.Authorization/permissions/read';
const TREE = /^Microsoft\.(?:Resources\/subscriptions|Management\/managementGroups(?:\/descendants)?)\/read$/;

/** ARM lists what the caller may do at a scope. A deny assignment does not show there. */
export function azureRights(connected: (context: RightsContext) => Promise<AzureApi>): Rights<AzureApi> {
  return {
    self: async (context) => selfWords(await (await connected(context)).self()),
    rows(_system, { manifest: { azure } }) {
      const all = azure?.subscriptions === 'all' || azure?.managementGroups === 'all';
      return AZURE_PERMISSIONS.flatMap((row) => {
        if (!row.needs.some((n) => TREE.test(n))) return [row];
        return all ? [demanded(row)] : [];
      });
    },
    async ask(api, system, _context, rows) {
      const who = selfWords(await api.self());
      const granted = await unlessRefused(classifyAzure, () => api.listOwnPermissions(nativeId(system)));
      if (!granted.ok)
        return { who, may: new Map(), reason: `${READ_OWN} is refused (${granted.failure.code}): what it may do cannot be asked` };
      return { who, may: new Map(rows.flatMap((r) => r.needs).map((action) => [action, isGranted(action, granted.value)])) };
    },
    grant(use, permissions, systems, { manifest: { tenant } }) {
      const scopes = systems.map(nativeId);
      const text = JSON.stringify(azureRole(use, [...permissions].toSorted(), assignableScopes(scopes, tenant.id)), undefined, 2);
      const root = scopes.includes('/')
        ? '; at / no custom role can be assigned: User Access Administrator, for as long as it is needed'
        : '';
      const how = `a custom role: az role definition create --role-definition FILE, then az role assignment create for the worker at the scopes it lacks it${root}`;
      return { use, how, text };
    },
  };
}

/** Pure: a custom role can name one management group, and never `/`: the tenant's root group stands for more. */
function assignableScopes(scopes: readonly string[], tenantId: string): string[] {
  const groups = scopes.filter((s) => !s.startsWith('/subscriptions/'));
  if (groups.length > 1 || groups.includes('/')) return [`/providers/Microsoft.Management/managementGroups/${tenantId}`];
  return [...scopes];
}

/** Pure: whether one of the grants has an action and does not leave it out; `*` stands for anything. */
export function isGranted(action: string, grants: readonly GrantedActions[]): boolean {
  const covers = (patterns: readonly string[]) => patterns.some((p) => patternOf(p).test(action));
  return grants.some(({ actions, notActions }) => covers(actions) && !covers(notActions));
}

function patternOf(pattern: string): RegExp {
  return new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    'i',
  );
}
