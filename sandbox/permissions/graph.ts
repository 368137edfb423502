import type { Need } from './permissions.ts';

const READ_APPLICATIONS = ['Application.Read.All', 'Application.ReadWrite.All', 'Directory.Read.All'];
const WRITE_APPLICATIONS = ['Application.ReadWrite.All'];
const READ_DIRECTORY = ['Directory.Read.All'];
const READ_ROLES = ['RoleManagement.Read.Directory', 'Directory.Read.All'];

/** Application permissions by request, the least first. Source: "Permissions" of each operation's page in Graph's reference. */
const OPERATIONS: [request: string, all: readonly (readonly string[])[]][] = [
  ['GET /applications', [READ_APPLICATIONS]],
  ['GET /applications/*', [READ_APPLICATIONS]],
  ['GET /applications/*/federatedIdentityCredentials', [READ_APPLICATIONS]],
  ['DELETE /applications/*', [WRITE_APPLICATIONS]],
  ['GET /servicePrincipals', [READ_APPLICATIONS]],
  ['GET /servicePrincipals/*', [READ_APPLICATIONS]],
  ['PATCH /servicePrincipals/*', [WRITE_APPLICATIONS]],
  ['GET /servicePrincipals/*/appRoleAssignments', [READ_APPLICATIONS]],
  ['DELETE /servicePrincipals/*/appRoleAssignments/*', [['AppRoleAssignment.ReadWrite.All']]],
  ['GET /directory/deletedItems/microsoft.graph.application', [READ_APPLICATIONS]],
  ['GET /directory/deletedItems/microsoft.graph.servicePrincipal', [READ_APPLICATIONS]],
  ['GET /directory/deletedItems/*', [READ_APPLICATIONS]],
  ['POST /directory/deletedItems/*/restore', [WRITE_APPLICATIONS]],
  ['POST /directoryObjects/getByIds', [READ_DIRECTORY]],
  ['GET /roleManagement/directory/roleAssignments', [READ_ROLES]],
  ['DELETE /roleManagement/directory/roleAssignments/*', [['RoleManagement.ReadWrite.Directory']]],
  [
    'GET /roleManagement/directory/roleEligibilityScheduleInstances',
    [['RoleEligibilitySchedule.Read.Directory', 'RoleManagement.Read.Directory']],
  ],
  [
    'POST /users/*/checkMemberGroups',
    [
      ['User.ReadBasic.All', 'User.Read.All'],
      ['GroupMember.Read.All', 'Group.Read.All'],
    ],
  ],
  ['GET /users/*', [['User.ReadBasic.All', 'User.Read.All', 'Directory.Read.All']]],
  ['GET /reports/servicePrincipalSignInActivities', [['AuditLog.Read.All', 'Directory.Read.All']]],
  // Deprecated, and in no permission table any more.
  ['GET /external/authorizationSystems', []],
];

const PATTERNS = OPERATIONS.map(([call, all]): [RegExp, Need] => [
  new RegExp(`^${call.replaceAll('.', '\\.').replaceAll('*', '[^/]+')}$`),
  { call, all },
]);

/** What a request to Graph needs; `path` below the version. Undefined for what Graph does not know here. */
export function graphNeed(method: string, path: string): Need | undefined {
  const named = path.replace(/\(appId='[^']*'\)/, '/*').replace('/microsoft.graph.restore', '/restore');
  return PATTERNS.find(([request]) => request.test(`${method} /${named}`))?.[1];
}
