import type { TokenCredential } from '@azure/core-auth';
import { z } from 'zod';
import { unlessGone } from '../../answer.ts';
import type { Endpoint } from '../../microsoft/endpoints.ts';
import { restTo, type Rest } from '../../microsoft/rest.ts';
import { selfOf, type Self } from '../../microsoft/self.ts';
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
  type AppRole,
  type DirectoryRoleAssignment,
} from './shapes.ts';

/**
 * What is used of Microsoft Graph: v1.0, and beta where there is nothing else. What is not there is undefined when read, and done when deleted;
 * errors are RestError with Graph's own code.
 */
export interface EntraApi {
  self(): Promise<Self>;
  /** OData filter on applications, all pages. */
  listApplications(filter: string): Promise<Application[]>;
  /** How many applications the directory holds, all pages counted. */
  countApplications(): Promise<number>;
  getApplication(id: string): Promise<Application | undefined>;
  /** Undefined where the application is not there. */
  listFederatedCredentials(applicationId: string): Promise<FederatedCredential[] | undefined>;
  /** Soft: restorable for 30 days. */
  deleteApplication(id: string): Promise<void>;
  listServicePrincipals(appId: string): Promise<ServicePrincipal[]>;
  getServicePrincipal(id: string): Promise<ServicePrincipal | undefined>;
  /** False where there is no such principal. */
  setSignIn(servicePrincipalId: string, enabled: boolean): Promise<boolean>;
  /** Of an application or a service principal, by its object id; false where it is not among the deleted items. */
  restoreDeleted(id: string): Promise<boolean>;
  listRoleAssignments(roleDefinitionId: string): Promise<DirectoryRoleAssignment[]>;
  /** Eligible through Privileged Identity Management. */
  listEligibilities(roleDefinitionId: string): Promise<DirectoryRoleAssignment[]>;
  /** Beta. Throws 403 without AuditLog.Read.All or a premium licence. */
  listSignInActivities(appId: string): Promise<SignInActivity[]>;
  /** Beta, deprecated: it may be gone. */
  listAuthorizationSystems(): Promise<AuthorizationSystem[]>;
  /** Undefined for a principal that is no user. */
  getUserPrincipalName(userId: string): Promise<string | undefined>;
  /** Application permissions that a principal was granted; undefined for a principal that is a user. */
  listAppRoleAssignments(servicePrincipalId: string): Promise<AppRoleAssignment[] | undefined>;
  /** The application permissions that an API offers, by their ids. */
  listAppRoles(servicePrincipalId: string): Promise<AppRole[]>;
  listRoleAssignmentsOf(principalId: string): Promise<DirectoryRoleAssignment[]>;
  /** What a principal itself may activate (Privileged Identity Management); through groups not. */
  listEligibilitiesOf(principalId: string): Promise<DirectoryRoleAssignment[]>;
}

const APPLICATION = `$select=${Object.keys(Application.shape).join(',')}`;
const SERVICE_PRINCIPAL = `$select=${Object.keys(ServicePrincipal.shape).join(',')}`;

/** Whether what the call changes is there. */
async function isThere(change: () => Promise<unknown>): Promise<boolean> {
  return (await unlessGone(isGone, async () => ({ done: await change() }))) !== undefined;
}

export function connectEntra(endpoint: Endpoint, credential: TokenCredential): EntraApi {
  const [graph, beta] = ['v1.0', 'beta'].map((v) =>
    restTo({ ...endpoint, url: `${endpoint.url.replace(/\/$/, '')}/${v}` }, credential),
  ) as [Rest, Rest];
  return {
    self: () => selfOf(credential, endpoint.tokenScope),
    listApplications: (filter) => graph.list(`/applications?$filter=${encodeURIComponent(filter)}&${APPLICATION}`, Application),
    countApplications: async () => (await graph.list('/applications?$select=id&$top=999', z.object({ id: z.guid() }))).length,
    getApplication: (id) => unlessGone(isGone, () => graph.send('GET', `/applications/${id}?${APPLICATION}`, Application)),
    listFederatedCredentials: (id) =>
      unlessGone(isGone, () => graph.list(`/applications/${id}/federatedIdentityCredentials`, FederatedCredential)),
    deleteApplication: async (id) => {
      await isThere(() => graph.send('DELETE', `/applications/${id}`, z.unknown()));
    },
    listServicePrincipals: (appId) => {
      const filter = encodeURIComponent(`appId eq '${appId}'`);
      return graph.list(`/servicePrincipals?$filter=${filter}&${SERVICE_PRINCIPAL}`, ServicePrincipal);
    },
    getServicePrincipal: (id) =>
      unlessGone(isGone, () => graph.send('GET', `/servicePrincipals/${id}?${SERVICE_PRINCIPAL}`, ServicePrincipal)),
    setSignIn: (id, accountEnabled) => isThere(() => graph.send('PATCH', `/servicePrincipals/${id}`, z.unknown(), { accountEnabled })),
    restoreDeleted: (id) => isThere(() => graph.send('POST', `/directory/deletedItems/${id}/restore`, z.unknown())),
    listRoleAssignments: (roleDefinitionId) => {
      const filter = encodeURIComponent(`roleDefinitionId eq '${roleDefinitionId}'`);
      return graph.list(`/roleManagement/directory/roleAssignments?$filter=${filter}`, RoleAssignment);
    },
    listEligibilities: (roleDefinitionId) => {
      const filter = encodeURIComponent(`roleDefinitionId eq '${roleDefinitionId}'`);
      return graph.list(`/roleManagement/directory/roleEligibilityScheduleInstances?$filter=${filter}`, RoleAssignment);
    },
    listSignInActivities: (appId) => {
      const filter = encodeURIComponent(`appId eq '${appId}'`);
      return beta.list(`/reports/servicePrincipalSignInActivities?$filter=${filter}`, SignInActivity);
    },
    listAuthorizationSystems: () => beta.list('/external/authorizationSystems', AuthorizationSystem),
    getUserPrincipalName: async (id) =>
      (await unlessGone(isGone, () => graph.send('GET', `/users/${id}?$select=id,userPrincipalName`, User)))?.userPrincipalName,
    listAppRoleAssignments: (id) => unlessGone(isGone, () => graph.list(`/servicePrincipals/${id}/appRoleAssignments`, AppRoleAssignment)),
    listAppRoles: async (id) => (await graph.send('GET', `/servicePrincipals/${id}?$select=id,appRoles`, AppRoles)).appRoles ?? [],
    listRoleAssignmentsOf: (principalId) => {
      const filter = encodeURIComponent(`principalId eq '${principalId}'`);
      return graph.list(`/roleManagement/directory/roleAssignments?$filter=${filter}`, RoleAssignment);
    },
    listEligibilitiesOf: (principalId) => {
      const filter = encodeURIComponent(`principalId eq '${principalId}'`);
      return graph.list(`/roleManagement/directory/roleEligibilityScheduleInstances?$filter=${filter}`, RoleAssignment);
    },
  };
}
