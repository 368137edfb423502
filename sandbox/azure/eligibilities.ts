import type { SandboxContext } from '../service.ts';
import { canonical, findSubscription, scopeAndAbove } from './scopes.ts';
import { ArmError } from './wire.ts';

/** roleEligibilityScheduleInstances of one principal at, above and, for a subscription, below a scope. Throws ArmError. */
export function listEligibilities(context: SandboxContext, scope: string, filter: string | null): object[] {
  const principal = /^assignedTo\('([0-9a-f-]{36})'\)$/i.exec(filter ?? '')?.[1];
  if (principal === undefined) throw new ArmError(400, 'UnsupportedQuery', `The filter '${filter ?? ''}' is not supported.`);
  const above = new Set(scopeAndAbove(context, scope));
  const below = findSubscription(context, scope) ? `${canonical(scope)}/` : undefined;
  return context.store
    .list('azure-role-eligibility')
    .filter((e) => above.has(canonical(e.scope)) || (below !== undefined && canonical(e.scope).startsWith(below)))
    .filter((e) => e.principalId.toLowerCase() === principal.toLowerCase())
    .map(({ id, scope: at, role, principalId }) => ({
      id: `${at === '/' ? '' : at}/providers/Microsoft.Authorization/roleEligibilityScheduleInstances/${id}`,
      name: id,
      type: 'Microsoft.Authorization/roleEligibilityScheduleInstances',
      properties: {
        scope: at,
        principalId,
        roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${role}`,
        principalType: 'User',
        memberType: 'Direct',
        status: 'Provisioned',
      },
    }));
}
