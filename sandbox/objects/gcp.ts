import { z } from 'zod';
import { ours } from './common.ts';

/** Permissions that the worker lacks here, such as `resourcemanager.folders.list`: calls that need one answer 403. */
const deny = z.array(z.string().regex(/^[a-z]+\.[\w.]+$/)).optional();

const condition = z.strictObject({ title: z.string(), expression: z.string(), description: z.string().optional() });

/** The resource hierarchy, parts of IAM policies, service accounts, workload identity. */
export const gcp = [
  z.strictObject({ kind: z.literal('gcp-organization'), ours, id: z.string().regex(/^\d+$/), displayName: z.string(), deny }),
  z.strictObject({
    kind: z.literal('gcp-folder'),
    ours,
    id: z.string().regex(/^\d+$/),
    displayName: z.string(),
    /** `organizations/<id>` or `folders/<id>`. */
    parent: z.string(),
    state: z.enum(['ACTIVE', 'DELETE_REQUESTED']).default('ACTIVE'),
    deny,
  }),
  z.strictObject({
    kind: z.literal('gcp-project'),
    ours,
    projectId: z.string(),
    number: z.string().regex(/^\d+$/),
    parent: z.string(),
    state: z.enum(['ACTIVE', 'DELETE_REQUESTED']).default('ACTIVE'),
    deny,
  }),
  /** A custom role of an organisation. */
  z.strictObject({
    kind: z.literal('gcp-custom-role'),
    ours,
    organization: z.string().regex(/^\d+$/),
    id: z.string(),
    title: z.string(),
    description: z.string().optional(),
    stage: z.enum(['ALPHA', 'BETA', 'GA', 'DEPRECATED', 'DISABLED', 'EAP']).default('GA'),
    permissions: z.array(z.string()).min(1),
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
    /** When it last authenticated, as Policy Analyzer tells it. */
    lastAuthenticated: z.iso.datetime().optional(),
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
