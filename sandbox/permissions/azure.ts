import type { Need } from './permissions.ts';

const VERBS: Record<string, string> = { GET: 'read', DELETE: 'delete', PUT: 'write' };

/** Operations by how their path ends, with the permission less its last word. Source: Azure resource provider operations. */
const OPERATIONS: [RegExp, string][] = (
  [
    ['/providers/microsoft\\.management/managementgroups/[^/]+/descendants', 'Microsoft.Management/managementGroups/descendants'],
    ['/providers/microsoft\\.management/managementgroups(?:/[^/]+)?', 'Microsoft.Management/managementGroups'],
    ['/providers/microsoft\\.security/pricings/[^/]+', 'Microsoft.Security/pricings'],
    ['/providers/microsoft\\.security/securityconnectors', 'Microsoft.Security/securityConnectors'],
    ['/providers/microsoft\\.resources/deploymentstacks', 'Microsoft.Resources/deploymentStacks'],
    ['/resourcegroups', 'Microsoft.Resources/subscriptions/resourceGroups'],
    ['/providers/microsoft\\.authorization/roleassignments(?:/[^/]+)?', 'Microsoft.Authorization/roleAssignments'],
    ['/providers/microsoft\\.authorization/roleeligibilityscheduleinstances', 'Microsoft.Authorization/roleEligibilityScheduleInstances'],
    ['/providers/microsoft\\.authorization/locks', 'Microsoft.Authorization/locks'],
    ['/providers/microsoft\\.authorization/permissions', 'Microsoft.Authorization/permissions'],
    ['^/subscriptions(?:/[^/]+)?', 'Microsoft.Resources/subscriptions'],
  ] satisfies [string, string][]
).map(([end, operation]) => [new RegExp(`${end}$`, 'i'), operation]);

/** A listing of these shows what the caller may see, and refuses nobody. */
const SHOWN = /^\/(?:subscriptions|providers\/microsoft\.management\/managementgroups)$/i;

/** What a request to ARM needs, and whether its answer without that is an empty list. Undefined for what ARM does not know. */
export function azureNeed(method: string, path: string): (Need & { showsNone: boolean }) | undefined {
  const operation = OPERATIONS.find(([end]) => end.test(path))?.[1];
  const verb = VERBS[method];
  if (operation === undefined || verb === undefined) return undefined;
  return { call: `${method} ${operation}`, all: [[`${operation}/${verb}`]], showsNone: SHOWN.test(path) };
}
