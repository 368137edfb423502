import { z } from 'zod';

/** What Graph answers, as far as it is used. */

const guid = z.guid();
/** Fields whose inner shape only matters for comparing and restoring. */
const opaque = z.record(z.string(), z.json()).nullish();

const Credential = z.object({ keyId: guid, displayName: z.string().nullish(), endDateTime: z.string().nullish() });

export const Application = z.object({
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

export const FederatedCredential = z.object({
  id: z.string(),
  name: z.string(),
  issuer: z.string(),
  subject: z.string().nullish(),
  audiences: z.array(z.string()),
});
export type FederatedCredential = z.infer<typeof FederatedCredential>;

export const ServicePrincipal = z.object({
  id: guid,
  appId: guid,
  displayName: z.string().nullish(),
  accountEnabled: z.boolean(),
  appOwnerOrganizationId: guid.nullish(),
  servicePrincipalType: z.string().nullish(),
});
export type ServicePrincipal = z.infer<typeof ServicePrincipal>;

export const RoleAssignment = z.object({
  id: z.string(),
  roleDefinitionId: z.string(),
  principalId: guid,
  directoryScopeId: z.string().nullish(),
});
export type DirectoryRoleAssignment = z.infer<typeof RoleAssignment>;

export const AppRoleAssignment = z.object({
  id: z.string(),
  appRoleId: guid,
  principalId: guid,
  resourceId: guid,
  resourceDisplayName: z.string().nullish(),
});
export type AppRoleAssignment = z.infer<typeof AppRoleAssignment>;

export const AppRoles = z.object({ id: guid, appRoles: z.array(z.object({ id: guid, value: z.string().nullish() })).nullish() });

const At = z.object({ lastSignInDateTime: z.string().nullish() }).nullish();
export const SignInActivity = z.object({
  appId: z.string(),
  applicationAuthenticationClientSignInActivity: At,
  delegatedClientSignInActivity: At,
  delegatedResourceSignInActivity: At,
});
/** When a principal was last signed in with, and how; ISO 8601. */
export type SignInActivity = z.infer<typeof SignInActivity>;

export const AuthorizationSystem = z.object({
  id: z.string(),
  authorizationSystemId: z.string(),
  authorizationSystemName: z.string().nullish(),
  authorizationSystemType: z.string(),
  permissionsModificationCapability: z.string().nullish(),
});
/** An account, subscription or project as Permissions Management listed it. */
export type AuthorizationSystem = z.infer<typeof AuthorizationSystem>;

export const User = z.object({ id: guid, userPrincipalName: z.string() });
