import type { ObjectOf } from '../objects.ts';
import type { SandboxContext } from '../service.ts';
import { findManagementGroup, refuseDenied, sameScope, scopeAndAbove } from './scopes.ts';

/** GET {scope}/…/deploymentStacks (2024-03-01): those deployed at this very scope. Throws ArmError 403 or 404. */
export function listDeploymentStacks(context: SandboxContext, scope: string): object[] {
  demandScope(context, scope);
  refuseDenied(context, scope, 'Microsoft.Resources/deploymentStacks/read');
  return context.store
    .list('azure-deployment-stack')
    .filter((s) => sameScope(s.scope, scope))
    .map(toWire);
}

/** GET /subscriptions/{id}/resourcegroups (2021-04-01): those that something in the estate lies in. Throws ArmError 403 or 404. */
export function listResourceGroups(context: SandboxContext, subscription: string): object[] {
  const scope = `/subscriptions/${subscription}`;
  demandScope(context, scope);
  refuseDenied(context, scope, 'Microsoft.Resources/subscriptions/resourceGroups/read');
  const { store } = context;
  const scopes = [
    ...store.list('azure-deployment-stack'),
    ...store.list('azure-role-assignment', { part: scope.toLowerCase() }),
    ...store.list('azure-lock'),
  ].map((o) => o.scope);
  const connectors = store
    .list('azure-security-connector', { part: subscription.toLowerCase() })
    .map((c) => `/subscriptions/${c.subscription}/resourceGroups/${c.resourceGroup}`);
  const names = new Map<string, string>();
  for (const one of [...scopes, ...connectors]) {
    const [, above = '', name = ''] = /^(\/subscriptions\/[^/]+)\/resourceGroups\/([^/]+)/i.exec(one) ?? [];
    if (sameScope(above, scope)) names.set(name.toLowerCase(), name);
  }
  return [...names.values()].map((name) => ({ id: `${scope}/resourceGroups/${name}`, name, type: 'Microsoft.Resources/resourceGroups' }));
}

function demandScope(context: SandboxContext, scope: string): void {
  const group = /^\/providers\/Microsoft\.Management\/managementGroups\/([^/]+)$/i.exec(scope)?.[1];
  if (group === undefined) scopeAndAbove(context, scope);
  else findManagementGroup(context, group);
}

function toWire(stack: ObjectOf<'azure-deployment-stack'>): object {
  const id = `${stack.scope}/providers/Microsoft.Resources/deploymentStacks/${stack.name}`;
  return {
    id,
    name: stack.name,
    type: 'Microsoft.Resources/deploymentStacks',
    location: stack.location,
    properties: {
      provisioningState: 'succeeded',
      actionOnUnmanage: { resources: 'detach', resourceGroups: 'detach', managementGroups: 'detach' },
      denySettings: { mode: stack.denySettings, applyToChildScopes: false },
      resources: stack.resources.map((one) => ({
        id: one,
        status: 'managed',
        denyStatus: stack.denySettings === 'none' ? 'none' : stack.denySettings,
      })),
      detachedResources: stack.detached.map((one) => ({ id: one })),
      deletedResources: [],
      failedResources: [],
    },
  };
}
