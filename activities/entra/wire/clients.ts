import type { TokenCredential } from '@azure/core-auth';
import { z } from 'zod';
import { unlessGone } from '../../gone.ts';
import type { Endpoint } from '../../microsoft/endpoints.ts';
import { restTo, type Rest } from '../../microsoft/rest.ts';
import { selfOf, type Self } from '../../microsoft/self.ts';
import { isGone } from './classify.ts';

const guid = z.guid();
/** Fields whose inner shape only matters for comparing and restoring. */
const opaque = z.record(z.string(), z.json()).nullish();

const Credential = z.object({ keyId: guid, displayName: z.string().nullish(), endDateTime: z.string().nullish() });

const Application = z.object({
  id: guid,
  appId: guid,
  displayName: z.string().nullish(),
  identifierUris: z.array(z.string()),
  signInAudience: z.string().nullish(),
  notes: z.string().nullish(),
  tags: z.array(z.string()).nullish(),
  api: opaque,
  web: opaque,
  appRoles: z.array(z.json()).nullish(),
  requiredResourceAccess: z.array(z.json()).nullish(),
  passwordCredentials: z.array(Credential).default([]),
  keyCredentials: z.array(Credential).default([]),
});
export type Application = z.infer<typeof Application>;

const FederatedCredential = z.object({
  id: z.string(),
  name: z.string(),
  issuer: z.string(),
  subject: z.string().nullish(),
  audiences: z.array(z.string()),
});
export type FederatedCredential = z.infer<typeof FederatedCredential>;

const ServicePrincipal = z.object({
  id: guid,
  appId: guid,
  displayName: z.string().nullish(),
  accountEnabled: z.boolean(),
  appOwnerOrganizationId: guid.nullish(),
  servicePrincipalType: z.string().nullish(),
});
export type ServicePrincipal = z.infer<typeof ServicePrincipal>;

const RoleAssignment = z.object({
  id: z.string(),
  roleDefinitionId: z.string(),
  principalId: guid,
  directoryScopeId: z.string().nullish(),
});
export type DirectoryRoleAssignment = z.infer<typeof RoleAssignment>;

const AppRoleAssignment = z.object({
  id: z.string(),
  appRoleId: guid,
  principalId: guid,
  resourceId: guid,
  resourceDisplayName: z.string().nullish(),
});
export type AppRoleAssignment = z.infer<typeof AppRoleAssignment>;

const AppRoles = z.object({ id: guid, appRoles: z.array(z.object({ id: guid, value: z.string().nullish() })).nullish() });
export type AppRole = { id: string; value?: string | null | undefined };

const At = z.object({ lastSignInDateTime: z.string().nullish() }).nullish();
const SignInActivity = z.object({
  appId: z.string(),
  applicationAuthenticationClientSignInActivity: At,
  delegatedClientSignInActivity: At,
  delegatedResourceSignInActivity: At,
});
/** When a principal was last signed in with, and how; ISO 8601. */
export type SignInActivity = z.infer<typeof SignInActivity>;

const AuthorizationSystem = z.object({
  id: z.string(),
  authorizationSystemId: z.string(),
  authorizationSystemName: z.string().nullish(),
  authorizationSystemType: z.string(),
  permissionsModificationCapability: z.string().nullish(),
});
/** An account, subscription or project as Permissions Management listed it. */
export type AuthorizationSystem = z.infer<typeof AuthorizationSystem>;

const User = z.object({ id: guid, userPrincipalName: z.string() });

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
    countApplications: async () => (await graph.list('/applications?$select=id&$top=999', z.object({ id: guid }))).length,
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
