import { z } from 'zod';
import { guid, ours } from './common.ts';

/** Scopes, role assignments and locks. */
export const azure = [
  z.strictObject({
    kind: z.literal('azure-management-group'),
    ours,
    id: z.string(),
    displayName: z.string().optional(),
    parent: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal('azure-subscription'),
    ours,
    id: guid,
    displayName: z.string().optional(),
    /** Management group id. */
    parent: z.string().optional(),
    state: z.enum(['Enabled', 'Disabled', 'Warned']).default('Enabled'),
  }),
  z.strictObject({
    kind: z.literal('azure-role-assignment'),
    ours,
    name: guid,
    /** `/`, `/subscriptions/<id>`, `/providers/Microsoft.Management/managementGroups/<id>` or a resource group below a subscription. */
    scope: z.string(),
    /** GUID of the role definition. */
    role: guid,
    principalId: guid,
    principalType: z.enum(['User', 'Group', 'ServicePrincipal', 'ForeignGroup', 'Device']).default('ServicePrincipal'),
    description: z.string().optional(),
    condition: z.string().optional(),
    conditionVersion: z.string().optional(),
  }),
  /** A resource lock: deletions at or below its scope answer 409 ScopeLocked. */
  z.strictObject({
    kind: z.literal('azure-lock'),
    ours,
    scope: z.string(),
    name: z.string(),
    level: z.enum(['CanNotDelete', 'ReadOnly']).default('CanNotDelete'),
  }),
] as const;
