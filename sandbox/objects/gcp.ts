import { z } from 'zod';
import { object } from './common.ts';

/** Permissions that the worker lacks here, such as `resourcemanager.folders.list`: calls that need one answer 403. */
const deny = z.array(z.string().regex(/^[a-z]+\.[\w.]+$/)).optional();

const condition = z.strictObject({ title: z.string(), expression: z.string(), description: z.string().optional() });

/** A service account's mail address: a project of a domain, `example.com:web`, stands there as `web.example.com`. */
export function emailOf({ accountId, project }: { accountId: string; project: string }): string {
  return `${accountId}@${project.split(':').toReversed().join('.')}.iam.gserviceaccount.com`;
}

/** The resource hierarchy, parts of IAM policies, service accounts, workload identity. */
export const gcp = [
  object('gcp-organization', { id: z.string().regex(/^\d+$/), displayName: z.string(), deny }),
  object('gcp-folder', {
    id: z.string().regex(/^\d+$/),
    displayName: z.string(),
    /** `organizations/<id>` or `folders/<id>`. */
    parent: z.string(),
    state: z.enum(['ACTIVE', 'DELETE_REQUESTED']).default('ACTIVE'),
    deny,
  }),
  object('gcp-project', {
    projectId: z.string(),
    number: z.string().regex(/^\d+$/),
    parent: z.string(),
    state: z.enum(['ACTIVE', 'DELETE_REQUESTED']).default('ACTIVE'),
    deny,
  }),
  /** A custom role of an organisation. */
  object('gcp-custom-role', {
    organization: z.string().regex(/^\d+$/),
    id: z.string(),
    title: z.string(),
    description: z.string().optional(),
    stage: z.enum(['ALPHA', 'BETA', 'GA', 'DEPRECATED', 'DISABLED', 'EAP']).default('GA'),
    permissions: z.array(z.string()).min(1),
  }),
  /** Part of one IAM policy: parts with the same resource, role and condition are one binding on the wire. */
  object('gcp-binding', {
    /** `organizations/<id>`, `folders/<id>`, `projects/<projectId>` or `projects/<projectId>/serviceAccounts/<email>`. */
    resource: z.string(),
    role: z.string(),
    members: z.array(z.string()).min(1),
    /** Members taken out of this part since the estate began; kept here so that the part stays recognisable while some are left. */
    withdrawn: z.array(z.string()).optional(),
    condition: condition.optional(),
  }),
  object('gcp-service-account', {
    project: z.string(),
    /** The part of its address before `@`. */
    accountId: z.string(),
    uniqueId: z.string().regex(/^\d+$/),
    displayName: z.string().optional(),
    description: z.string().optional(),
    disabled: z.boolean().default(false),
    /** Ids of the keys that people made of it. */
    keys: z.array(z.string()).optional(),
    /** When it last authenticated, as Policy Analyzer tells it. */
    lastAuthenticated: z.iso.datetime().optional(),
  }),
  object('gcp-pool', {
    project: z.string(),
    id: z.string(),
    displayName: z.string().optional(),
    description: z.string().optional(),
    disabled: z.boolean().default(false),
  }),
  object('gcp-provider', {
    project: z.string(),
    pool: z.string(),
    id: z.string(),
    displayName: z.string().optional(),
    disabled: z.boolean().default(false),
    issuer: z.string(),
    audiences: z.array(z.string()).default([]),
    /** As onboarding made it, where the estate does not say. */
    attributeMapping: z.record(z.string(), z.string()).default({ 'google.subject': 'assertion.sub', 'attribute.appid': 'assertion.appid' }),
    attributeCondition: z.string().optional(),
    /** Uploaded keys, a JSON Web Key Set. */
    jwksJson: z.string().optional(),
  }),
] as const;
