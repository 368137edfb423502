import type { Permission, Use } from '../../../model/permission.ts';

/** `page`: of the operation in Graph's reference. */
function row(uses: Use[], call: string, needs: string | string[], page: string, without?: string): Permission {
  const source = `https://learn.microsoft.com/graph/api/${page}`;
  return {
    call,
    needs: typeof needs === 'string' ? [needs] : needs,
    uses,
    on: 'tenant',
    ...(without === undefined ? {} : { without }),
    source,
  };
}

const READ = 'Application.Read.All';
const WRITE = 'Application.ReadWrite.All';

/** Application permissions that hold others. Source: "Permissions" of the operations below, "Higher privileged permissions". */
export const GRAPH_INCLUDES: Readonly<Record<string, readonly string[]>> = {
  'Application.ReadWrite.All': [READ],
  'Directory.ReadWrite.All': ['Directory.Read.All'],
  'RoleManagement.ReadWrite.Directory': ['RoleManagement.Read.Directory'],
  'Directory.Read.All': [READ, 'AuditLog.Read.All', 'RoleManagement.Read.Directory', 'User.ReadBasic.All'],
  'RoleManagement.Read.Directory': ['RoleEligibilitySchedule.Read.Directory'],
  'User.Read.All': ['User.ReadBasic.All'],
  'Group.Read.All': ['GroupMember.Read.All'],
};

/** Every call to Microsoft Graph, by the least application permissions. */
export const GRAPH_PERMISSIONS: readonly Permission[] = [
  row(['discover'], 'GET /applications', READ, 'application-list'),
  row(['discover'], 'GET /applications/*', READ, 'application-get'),
  row(['discover'], 'GET /applications/*/federatedIdentityCredentials', READ, 'application-list-federatedidentitycredentials'),
  row(['discover'], 'GET /servicePrincipals', READ, 'serviceprincipal-list'),
  row(['discover'], 'GET /servicePrincipals/*', READ, 'serviceprincipal-get'),
  row(['discover'], 'GET /servicePrincipals/*/appRoleAssignments', READ, 'serviceprincipal-list-approleassignments'),
  row(['discover'], 'GET /directory/deletedItems/microsoft.graph.servicePrincipal', READ, 'directory-deleteditems-list'),
  row(
    ['discover'],
    'GET /roleManagement/directory/roleAssignments',
    'RoleManagement.Read.Directory',
    'rbacapplication-list-roleassignments',
  ),
  row(
    ['discover'],
    'GET /roleManagement/directory/roleEligibilityScheduleInstances',
    'RoleEligibilitySchedule.Read.Directory',
    'rbacapplication-list-roleeligibilityscheduleinstances',
    'who may activate a directory role (PIM) is not known',
  ),
  row(['discover'], 'GET /users/*', 'User.ReadBasic.All', 'user-get'),
  row(
    ['discover'],
    'GET /reports/servicePrincipalSignInActivities',
    'AuditLog.Read.All',
    'reportroot-list-serviceprincipalsigninactivities',
    'whether the CIEM application is still in use is not known',
  ),
  row(
    ['discover'],
    'POST /directoryObjects/getByIds',
    'Directory.Read.All',
    'directoryobject-getbyids',
    'former principals that the manifest names (`entra.formerPrincipals`) cannot be looked up, and the directory is unknown where it names any',
  ),
  {
    call: 'GET /external/authorizationSystems',
    needs: [],
    uses: ['discover'],
    on: 'tenant',
    source: 'https://learn.microsoft.com/graph/api/resources/authorizationsystem',
  },
  row(
    ['discover'],
    'POST /users/*/checkMemberGroups',
    ['GroupMember.Read.All', 'User.ReadBasic.All'],
    'directoryobject-checkmembergroups',
    'nobody can be known by a `group` of the worker’s policy',
  ),
  row(['remove'], 'DELETE /applications/*', WRITE, 'application-delete'),
  row(['remove', 'restore'], 'PATCH /servicePrincipals/*', WRITE, 'serviceprincipal-update'),
  row(['restore'], 'POST /directory/deletedItems/*/restore', WRITE, 'directory-deleteditems-restore'),
];
