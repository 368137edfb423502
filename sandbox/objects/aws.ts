import { z } from 'zod';
import { json, object, tags } from './common.ts';

const account = z.string().regex(/^\d{12}$/, 'an AWS account id has 12 digits');

/** Accounts and what IAM holds in them. */
export const aws = [
  object('aws-account', {
    id: account,
    /** Name of the role the worker may assume there; null where there is none. */
    entryRole: z.string().nullable(),
    /** What that role's trust demands as `sts:ExternalId`. */
    externalId: z.string().optional(),
    state: z.enum(['active', 'suspended', 'pending-closure']).default('active'),
    /** The organisation's management account: the only one that may list the others. */
    management: z.boolean().optional(),
    /** Actions denied to the worker here, such as `organizations:ListAccounts`. */
    deny: z.array(z.string()).optional(),
  }),
  object('aws-role', {
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
  object('aws-policy', {
    account,
    name: z.string(),
    path: z.string().default('/'),
    description: z.string().optional(),
    tags,
    /** Versions v1, v2, … */
    versions: z.array(json).min(1).max(5),
    /** Which of them is the default, from 1; the last when not said. */
    defaultVersion: z.int().min(1).max(5).optional(),
  }),
  object('aws-oidc-provider', {
    account,
    /** Without `https://`, as in the ARN: `sts.windows.net/<tenant>/`. */
    url: z.string(),
    thumbprints: z.array(z.string()).default([]),
    tags,
  }),
  object('aws-oidc-client-id', {
    account,
    url: z.string(),
    clientId: z.string(),
  }),
  object('aws-secret', {
    /** ARN, with the six letters that Secrets Manager adds to the name. */
    id: z.string().regex(/^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+-[A-Za-z0-9]{6}$/, "is not a secret's ARN"),
    account,
    name: z.string(),
    description: z.string().optional(),
    kmsKeyId: z.string().optional(),
    tags,
    resourcePolicy: json.optional(),
    rotates: z.boolean().default(false),
    /** Regions. */
    replicas: z.array(z.string()).default([]),
    lastAccessed: z.iso.datetime().optional(),
  }),
  object('aws-cloudformation-stack', {
    account,
    stackId: z.string().regex(/^arn:aws:cloudformation:[a-z0-9-]+:\d{12}:stack\/[^/]+\/[0-9a-f-]+$/, "is not a stack's ARN"),
    /** Type, and physical id: a role's name, an ARN of a policy, provider or secret; `retain`: the template says `DeletionPolicy: Retain`. */
    resources: z.array(z.strictObject({ type: z.string(), physicalId: z.string(), retain: z.literal(true).optional() })).min(1),
    status: z.string().default('CREATE_COMPLETE'),
    terminationProtection: z.boolean().default(false),
    /** ARN of the stack this one is nested in. */
    parent: z.string().optional(),
    parameters: z.record(z.string(), z.string()).default({}),
    /** Which of the parameters nobody can read back. */
    noEcho: z.array(z.string()).default([]),
    capabilities: z.array(z.string()).default(['CAPABILITY_NAMED_IAM']),
    /** Tags of the stack itself. */
    stackTags: tags,
    /** Stack policy, JSON text. */
    policy: z.string().optional(),
    /** JSON text; made of `resources` when not said. */
    template: z.string().optional(),
    /** Its deletion fails at the first resource, for this reason. */
    deletionFails: z.string().optional(),
  }),
] as const;
