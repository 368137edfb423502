import type { Permission, Use } from '../../../model/permission.ts';

const REFERENCE = 'https://learn.microsoft.com/azure/role-based-access-control/permissions';
const AUTHORIZATION = `${REFERENCE}/management-and-governance#microsoftauthorization`;
const MANAGEMENT = `${REFERENCE}/management-and-governance#microsoftmanagement`;
const RESOURCES = `${REFERENCE}/management-and-governance#microsoftresources`;
const SECURITY = `${REFERENCE}/security#microsoftsecurity`;

const VERBS: Record<string, string> = { GET: 'read', DELETE: 'delete', PUT: 'write' };

/** A request by its method and type of resource: what it needs is told by both. */
function row(uses: Use[], call: string, source: string, without?: string): Permission {
  const [method = '', type = ''] = call.split(' ');
  return { call, needs: [`${type}/${VERBS[method]}`], uses, on: 'scope', ...(without === undefined ? {} : { without }), source };
}

/** Every call to Azure Resource Manager. Each is made at the scopes that the manifest names, and inherited from above. */
export const AZURE_PERMISSIONS: readonly Permission[] = [
  row(['discover'], 'GET Microsoft.Authorization/roleAssignments', AUTHORIZATION),
  row(['discover'], 'GET Microsoft.Security/pricings', SECURITY, 'what Defender for Cloud may use is held, since nobody can look'),
  row(
    ['discover'],
    'GET Microsoft.Security/securityConnectors',
    SECURITY,
    'what Defender for Cloud may use is held, since nobody can look',
  ),
  row(['discover'], 'GET Microsoft.Resources/deploymentStacks', RESOURCES, 'what Bicep would make again is not known'),
  row(['discover'], 'GET Microsoft.Resources/subscriptions/resourceGroups', RESOURCES, 'what Bicep would make again is not known'),
  row(
    ['discover'],
    'GET Microsoft.Resources/subscriptions',
    RESOURCES,
    'the subscriptions behind `all` are not known; name them one by one',
  ),
  row(
    ['discover'],
    'GET Microsoft.Management/managementGroups',
    MANAGEMENT,
    'the management groups behind `all` are not known; name them one by one',
  ),
  row(
    ['discover'],
    'GET Microsoft.Management/managementGroups/descendants',
    MANAGEMENT,
    'what lies below a management group is not known; name it one by one',
  ),
  row(
    ['discover'],
    'GET Microsoft.Authorization/roleEligibilityScheduleInstances',
    AUTHORIZATION,
    'what a person who runs the worker is eligible for (PIM) is not known',
  ),
  row(['discover'], 'GET Microsoft.Authorization/permissions', AUTHORIZATION, 'doctor cannot tell what the worker may do'),
  row(['remove'], 'DELETE Microsoft.Authorization/roleAssignments', AUTHORIZATION),
  row(['restore'], 'PUT Microsoft.Authorization/roleAssignments', AUTHORIZATION),
];
