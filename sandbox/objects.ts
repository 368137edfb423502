import { z } from 'zod';

/** The objects an estate may hold: what the sandbox pretends exists. `ours` is for its own report; no cloud API shows it. */

const guid = z.guid();
const ours = z.boolean();
const json = z.record(z.string(), z.json());
const tags = z.record(z.string(), z.string()).default({});
const account = z.string().regex(/^\d{12}$/, 'an AWS account id has 12 digits');

const aws = [
  z.strictObject({
    kind: z.literal('aws-account'),
    ours,
    id: account,
    /** Name of the role the worker may assume there. */
    entryRole: z.string(),
    state: z.enum(['active', 'suspended']).default('active'),
  }),
  z.strictObject({
    kind: z.literal('aws-role'),
    ours,
    account,
    name: z.string(),
    path: z.string().default('/'),
    description: z.string().optional(),
    trust: json,
    maxSessionDuration: z.int().default(3600),
    permissionsBoundary: z.string().optional(),
    tags,
    /** ARNs of attached managed policies (AWS's own or customer policies of this account). */
    attached: z.array(z.string()).default([]),
    /** Inline policies: name to document. */
    inline: z.record(z.string(), json).default({}),
    instanceProfiles: z.array(z.string()).default([]),
    lastUsed: z.iso.datetime().optional(),
  }),
  z.strictObject({
    kind: z.literal('aws-policy'),
    ours,
    account,
    name: z.string(),
    path: z.string().default('/'),
    description: z.string().optional(),
    tags,
    /** Versions v1, v2, …; the last is the default. */
    versions: z.array(json).min(1).max(5),
  }),
  z.strictObject({
    kind: z.literal('aws-oidc-provider'),
    ours,
    account,
    /** Without `https://`, as in the ARN: `sts.windows.net/<tenant>/`. */
    url: z.string(),
    thumbprints: z.array(z.string()).default([]),
    tags,
  }),
  z.strictObject({
    kind: z.literal('aws-oidc-client-id'),
    ours,
    account,
    url: z.string(),
    clientId: z.string(),
  }),
] as const;

const azure = [
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

const condition = z.strictObject({ title: z.string(), expression: z.string(), description: z.string().optional() });

const gcp = [
  z.strictObject({ kind: z.literal('gcp-organization'), ours, id: z.string().regex(/^\d+$/), displayName: z.string() }),
  z.strictObject({
    kind: z.literal('gcp-folder'),
    ours,
    id: z.string().regex(/^\d+$/),
    displayName: z.string(),
    /** `organizations/<id>` or `folders/<id>`. */
    parent: z.string(),
  }),
  z.strictObject({
    kind: z.literal('gcp-project'),
    ours,
    projectId: z.string(),
    number: z.string().regex(/^\d+$/),
    parent: z.string(),
    state: z.enum(['ACTIVE', 'DELETE_REQUESTED']).default('ACTIVE'),
  }),
  /** Part of one IAM policy: parts with the same resource, role and condition are one binding on the wire. */
  z.strictObject({
    kind: z.literal('gcp-binding'),
    ours,
    /** `organizations/<id>`, `folders/<id>`, `projects/<projectId>` or `projects/<projectId>/serviceAccounts/<email>`. */
    resource: z.string(),
    role: z.string(),
    members: z.array(z.string()).min(1),
    /** Members taken out of this part since the estate began; kept here so that the part stays recognisable while some are left. */
    withdrawn: z.array(z.string()).optional(),
    condition: condition.optional(),
  }),
  z.strictObject({
    kind: z.literal('gcp-service-account'),
    ours,
    project: z.string(),
    /** The part before `@<project>.iam.gserviceaccount.com`. */
    accountId: z.string(),
    uniqueId: z.string().regex(/^\d+$/),
    displayName: z.string().optional(),
    description: z.string().optional(),
    disabled: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal('gcp-pool'),
    ours,
    project: z.string(),
    id: z.string(),
    displayName: z.string().optional(),
    description: z.string().optional(),
    disabled: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal('gcp-provider'),
    ours,
    project: z.string(),
    pool: z.string(),
    id: z.string(),
    displayName: z.string().optional(),
    disabled: z.boolean().default(false),
    issuer: z.string(),
    audiences: z.array(z.string()).default([]),
    attributeMapping: z.record(z.string(), z.string()).default({}),
    attributeCondition: z.string().optional(),
  }),
] as const;

const credential = z.strictObject({
  keyId: guid,
  displayName: z.string().optional(),
  endDateTime: z.iso.datetime().optional(),
});

const entra = [
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

const portal = [
  z.strictObject({
    kind: z.literal('portal-collector'),
    ours,
    id: z.string(),
    type: z.enum(['aws', 'azure', 'gcp']),
    name: z.string(),
    status: z.enum(['Pending', 'Discovering', 'In progress', 'Onboarded']).default('Onboarded'),
    online: z.boolean().default(true),
    /** Mail address the one-time password goes to. */
    recipient: z.email(),
    configuration: json.default({}),
  }),
] as const;

export const EstateObjectSchema = z.discriminatedUnion('kind', [...aws, ...azure, ...gcp, ...entra, ...portal]);
export type EstateObject = z.infer<typeof EstateObjectSchema>;
export type EstateObjectKind = EstateObject['kind'];
/** The estate object of one kind. */
export type ObjectOf<K extends EstateObjectKind> = Extract<EstateObject, { kind: K }>;

/** What identifies an object within an estate, stable over its life: `<kind>:<native id>`. */
export function objectKey(o: EstateObject): string {
  switch (o.kind) {
    case 'aws-account':
      return `aws-account:${o.id}`;
    case 'aws-role':
      return `aws-role:arn:aws:iam::${o.account}:role${o.path}${o.name}`;
    case 'aws-policy':
      return `aws-policy:arn:aws:iam::${o.account}:policy${o.path}${o.name}`;
    case 'aws-oidc-provider':
      return `aws-oidc-provider:arn:aws:iam::${o.account}:oidc-provider/${o.url}`;
    case 'aws-oidc-client-id':
      return `aws-oidc-client-id:arn:aws:iam::${o.account}:oidc-provider/${o.url}#${o.clientId}`;
    case 'azure-role-assignment':
      return `azure-role-assignment:${o.scope === '/' ? '' : o.scope}/providers/Microsoft.Authorization/roleAssignments/${o.name}`;
    case 'azure-lock':
      return `azure-lock:${o.scope}/${o.name}`;
    case 'gcp-project':
      return `gcp-project:${o.projectId}`;
    case 'gcp-binding':
      return `gcp-binding:${o.resource}#${o.role}#${o.condition?.title ?? ''}#${o.members.join(',')}`;
    case 'gcp-service-account':
      return `gcp-service-account:projects/${o.project}/serviceAccounts/${o.accountId}@${o.project}.iam.gserviceaccount.com`;
    case 'gcp-pool':
      return `gcp-pool:projects/${o.project}/locations/global/workloadIdentityPools/${o.id}`;
    case 'gcp-provider':
      return `gcp-provider:projects/${o.project}/locations/global/workloadIdentityPools/${o.pool}/providers/${o.id}`;
    default:
      return `${o.kind}:${o.id}`;
  }
}
