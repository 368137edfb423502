import { z } from 'zod';
import { guid, ours } from './common.ts';

const credential = z.strictObject({
  keyId: guid,
  displayName: z.string().optional(),
  endDateTime: z.iso.datetime().optional(),
});

/** Applications, principals and directory roles. */
export const entra = [
  z.strictObject({
    kind: z.literal('entra-application'),
    ours,
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
  z.strictObject({
    kind: z.literal('entra-service-principal'),
    ours,
    /** Object id. */
    id: guid,
    appId: guid,
    displayName: z.string(),
    accountEnabled: z.boolean().default(true),
    appOwnerOrganizationId: guid.optional(),
    servicePrincipalType: z.string().default('Application'),
  }),
  z.strictObject({ kind: z.literal('entra-user'), ours, id: guid, userPrincipalName: z.string(), displayName: z.string() }),
  /** An active directory role assignment at `/`. */
  z.strictObject({ kind: z.literal('entra-role-assignment'), ours, id: z.string(), roleDefinitionId: guid, principalId: guid }),
] as const;
