import type { TokenCredential } from '@azure/core-auth';
import { z } from 'zod';
import { doneOrGone, isThere, unlessGone } from '../../answer.ts';
import type { Endpoint } from '../../microsoft/endpoints.ts';
import { restTo } from '../../microsoft/rest.ts';
import { selfOf, type Self } from '../../microsoft/self.ts';
import { existingIn } from '../../microsoft/existing.ts';
import { normalId, sameId } from '../../microsoft/ids.ts';
import { isGone } from './classify.ts';
import {
  AppRoleAssignment,
  AppRoles,
  Application,
  AuthorizationSystem,
  FederatedCredential,
  RoleAssignment,
  ServicePrincipal,
  SignInActivity,
  User,
} from './shapes.ts';

/** As many as Graph checks in one call. */
const GROUPS_AT_ONCE = 20;
const MemberOf = z.object({ value: z.array(z.guid()) });

const DeletedPrincipal = z.object({ id: z.guid(), appId: z.string().optional() });
const APPLICATION = `$select=${Object.keys(Application.shape).join(',')}`;
const SERVICE_PRINCIPAL = `$select=${Object.keys(ServicePrincipal.shape).join(',')}`;

/** Whose roles, or who has the role. */
type RoleFilter = { principalId: string } | { roleDefinitionId: string };

function where(filter: RoleFilter | { appId: string }): string {
  const [[field, value] = []] = Object.entries(filter);
  return `$filter=${encodeURIComponent(`${field} eq '${value}'`)}`;
}

export type EntraApi = ReturnType<typeof connectEntra>;

/**
 * What is used of Microsoft Graph: v1.0, and beta where there is nothing else; listings with all their pages. What is not there is undefined
 * when read, and done when deleted; errors are RestError with Graph's own code.
 */
export function connectEntra(endpoint: Endpoint, credential: TokenCredential) {
  const version = (v: string) => restTo({ ...endpoint, url: `${endpoint.url.replace(/\/$/, '')}/${v}` }, credential);
  const graph = version('v1.0');
  const beta = version('beta');
  return {
    self: (): Promise<Self> => selfOf(credential, endpoint.tokenScope),
    /** By an OData filter. */
    listApplications: (filter: string) => graph.list(`/applications?$filter=${encodeURIComponent(filter)}&${APPLICATION}`, Application),
    /** How many applications the directory holds. */
    countApplications: async () => (await graph.list('/applications?$select=id&$top=999', z.object({ id: z.guid() }))).length,
    getApplication: (id: string) => unlessGone(isGone, () => graph.send('GET', `/applications/${id}?${APPLICATION}`, Application)),
    /** Undefined where the application is not there. */
    listFederatedCredentials: (applicationId: string) =>
      unlessGone(isGone, () => graph.list(`/applications/${applicationId}/federatedIdentityCredentials`, FederatedCredential)),
    /** Soft: restorable for 30 days. */
    deleteApplication: (id: string) => doneOrGone(isGone, () => graph.send('DELETE', `/applications/${id}`, z.unknown())),
    listServicePrincipals: (appId: string) => graph.list(`/servicePrincipals?${where({ appId })}&${SERVICE_PRINCIPAL}`, ServicePrincipal),
    /** Of an application, by its app id: the object ids of principals that were deleted within 30 days. */
    listDeletedPrincipals: async (appId: string) =>
      (await graph.list('/directory/deletedItems/microsoft.graph.servicePrincipal', DeletedPrincipal))
        .filter((p) => p.appId !== undefined && sameId(p.appId, appId))
        .map((p) => p.id),
    /** Which of these object ids are anybody's. */
    existing: (ids: readonly string[]) => existingIn(graph, ids),
    getServicePrincipal: (id: string) =>
      unlessGone(isGone, () => graph.send('GET', `/servicePrincipals/${id}?${SERVICE_PRINCIPAL}`, ServicePrincipal)),
    /** False where there is no such principal. */
    setSignIn: (servicePrincipalId: string, accountEnabled: boolean) =>
      isThere(isGone, () => graph.send('PATCH', `/servicePrincipals/${servicePrincipalId}`, z.unknown(), { accountEnabled })),
    /** Of an application or a service principal, by its object id; false where it is not among the deleted items. */
    restoreDeleted: (id: string) => isThere(isGone, () => graph.send('POST', `/directory/deletedItems/${id}/restore`, z.unknown())),
    listRoleAssignments: (filter: RoleFilter) => graph.list(`/roleManagement/directory/roleAssignments?${where(filter)}`, RoleAssignment),
    /** Eligible through Privileged Identity Management; of a principal itself, through groups not. */
    listEligibilities: (filter: RoleFilter) =>
      graph.list(`/roleManagement/directory/roleEligibilityScheduleInstances?${where(filter)}`, RoleAssignment),
    /** Beta. Throws 403 without AuditLog.Read.All or a premium licence. */
    listSignInActivities: (appId: string) => beta.list(`/reports/servicePrincipalSignInActivities?${where({ appId })}`, SignInActivity),
    /** Beta, deprecated: it may be gone. */
    listAuthorizationSystems: () => beta.list('/external/authorizationSystems', AuthorizationSystem),
    /** Which of these groups a user is in, also through other groups; none for whoever is no user. */
    groupsAmong: async (userId: string, groups: readonly string[]) => {
      const among: string[] = [];
      for (let from = 0; from < groups.length; from += GROUPS_AT_ONCE) {
        const groupIds = groups.slice(from, from + GROUPS_AT_ONCE);
        const check = () => graph.ask(`/users/${userId}/checkMemberGroups`, MemberOf, { groupIds });
        among.push(...((await unlessGone(isGone, check))?.value ?? []).map(normalId));
      }
      return among;
    },
    /** Undefined for a principal that is no user. */
    getUserPrincipalName: async (userId: string) =>
      (await unlessGone(isGone, () => graph.send('GET', `/users/${userId}?$select=id,userPrincipalName`, User)))?.userPrincipalName,
    /** Application permissions that a principal was granted; undefined for a principal that is a user. */
    listAppRoleAssignments: (servicePrincipalId: string) =>
      unlessGone(isGone, () => graph.list(`/servicePrincipals/${servicePrincipalId}/appRoleAssignments`, AppRoleAssignment)),
    /** The application permissions that an API offers, by their ids. */
    listAppRoles: async (servicePrincipalId: string) =>
      (await graph.send('GET', `/servicePrincipals/${servicePrincipalId}?$select=id,appRoles`, AppRoles)).appRoles ?? [],
  };
}
