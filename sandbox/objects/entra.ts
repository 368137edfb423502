import { z } from 'zod';
import { guid, object } from './common.ts';

const credential = z.strictObject({
  keyId: guid,
  displayName: z.string().optional(),
  endDateTime: z.iso.datetime().optional(),
});

/** Applications, principals and directory roles. */
export const entra = [
  object('entra-application', {
    /** Object id. */
    id: guid,
    appId: guid,
    displayName: z.string(),
    identifierUris: z.array(z.string()).default([]),
    passwordCredentials: z.array(credential).default([]),
    keyCredentials: z.array(credential).default([]),
    federatedIdentityCredentials: z
      .array(z.strictObject({ id: guid, name: z.string(), issuer: z.string(), subject: z.string(), audiences: z.array(z.string()) }))
      .default([]),
  }),
  object('entra-service-principal', {
    /** Object id. */
    id: guid,
    appId: guid,
    displayName: z.string(),
    accountEnabled: z.boolean().default(true),
    appOwnerOrganizationId: guid.optional(),
    servicePrincipalType: z.string().default('Application'),
    /** When it last signed in by itself, and when people last signed in to it. */
    signIns: z.strictObject({ application: z.iso.datetime().optional(), delegated: z.iso.datetime().optional() }).default({}),
    /** Graph permissions the worker lacks, such as `AuditLog.Read.All`; read of the worker's own principal only. */
    lacks: z.array(z.string()).default([]),
    /** Application permissions that it offers as an API. */
    appRoles: z.array(z.strictObject({ id: guid, value: z.string() })).default([]),
  }),
  /** An application permission granted to a principal. */
  object('entra-app-role-assignment', {
    id: z.string(),
    appRoleId: guid,
    principalId: guid,
    /** Object id of the API's service principal. */
    resourceId: guid,
  }),
  object('entra-user', {
    id: guid,
    userPrincipalName: z.string(),
    displayName: z.string(),
    /** Without one nobody signs in as this person. */
    password: z.string().optional(),
    /** Authentication contexts that a sign-in of this person satisfies. */
    acrs: z.array(z.string()).default([]),
  }),
  /** `members`: object ids of users and groups. */
  object('entra-group', { id: guid, displayName: z.string(), members: z.array(guid).default([]) }),
  /** An application that people sign in to on their own machine. `tellsSignInTime`: its tokens have `auth_time`. */
  object('entra-public-client', {
    clientId: guid,
    redirectUris: z.array(z.string()).default(['http://127.0.0.1/signed-in']),
    tellsSignInTime: z.boolean().default(true),
  }),
  /** A directory role assignment at `/`: active, or eligible through Privileged Identity Management. */
  object('entra-role-assignment', {
    id: z.string(),
    roleDefinitionId: guid,
    principalId: guid,
    eligible: z.boolean().default(false),
  }),
  /** What Graph's retired list of authorization systems shows; without any it answers 404. */
  object('entra-authorization-system', {
    id: z.string(),
    name: z.string(),
    type: z.enum(['aws', 'azure', 'gcp']),
    permissionsModificationCapability: z.string().default('disabled'),
  }),
] as const;
