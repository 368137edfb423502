import { z } from 'zod';
import { guid, json, object } from './common.ts';

/** Operations the worker lacks there, such as `Microsoft.Security/pricings/read`: each answers 403 AuthorizationFailed. */
const denied = z.array(z.string()).default([]);

/** Scopes, role assignments, locks, and what Microsoft Defender for Cloud has set up. */
export const azure = [
  /** The scope `/`, where hardly anybody may do anything without elevated access. */
  object('azure-root', { denied }),
  object('azure-management-group', {
    id: z.string(),
    displayName: z.string().optional(),
    parent: z.string().optional(),
    denied,
  }),
  object('azure-subscription', {
    id: guid,
    displayName: z.string().optional(),
    /** Management group id. */
    parent: z.string().optional(),
    state: z.enum(['Enabled', 'Disabled', 'Warned', 'PastDue', 'Deleted']).default('Enabled'),
    /** The tenant it belongs to, where it is another one that delegates it (Azure Lighthouse). */
    tenantId: guid.optional(),
    /** Whether the resource provider Microsoft.Security is registered there. */
    security: z.boolean().default(true),
    denied,
  }),
  /** A Defender plan of a subscription; one that is not here answers with the tier Free. */
  object('azure-defender-plan', {
    subscription: guid,
    name: z.string().default('CloudPosture'),
    pricingTier: z.enum(['Free', 'Standard']).default('Standard'),
    extensions: z.array(z.strictObject({ name: z.string(), isEnabled: z.enum(['True', 'False']) })).default([]),
  }),
  /** A multicloud connector of Defender for Cloud. */
  object('azure-security-connector', {
    subscription: guid,
    resourceGroup: z.string(),
    name: z.string(),
    environmentName: z.enum(['AWS', 'GCP']),
    /** AWS account id or GCP project number. */
    hierarchyIdentifier: z.string(),
    offerings: z.array(json).default([]),
  }),
  object('azure-role-assignment', {
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
  /** A role that somebody may activate at a scope: Privileged Identity Management. */
  object('azure-role-eligibility', { id: guid, scope: z.string(), role: guid, principalId: guid }),
  /** A deployment stack, as `az stack` makes it of a Bicep template. */
  object('azure-deployment-stack', {
    name: z.string(),
    /** A management group, a subscription or a resource group. */
    scope: z.string(),
    location: z.string().default('westeurope'),
    denySettings: z.enum(['none', 'denyDelete', 'denyWriteAndDelete']).default('none'),
    /** ARM ids of what it manages, and of what it has let go. */
    resources: z.array(z.string()).default([]),
    detached: z.array(z.string()).default([]),
  }),
  /** A resource lock: deletions at or below its scope answer 409 ScopeLocked. */
  object('azure-lock', {
    scope: z.string(),
    name: z.string(),
    level: z.enum(['CanNotDelete', 'ReadOnly']).default('CanNotDelete'),
  }),
] as const;
