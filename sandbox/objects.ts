import { z } from 'zod';
import { aws } from './objects/aws.ts';
import { azure } from './objects/azure.ts';
import { entra } from './objects/entra.ts';
import { emailOf, gcp } from './objects/gcp.ts';
import { portal } from './objects/portal.ts';

/** The objects an estate may hold: what the sandbox pretends exists. */
export const EstateObjectSchema = z.discriminatedUnion('kind', [...aws, ...azure, ...gcp, ...entra, ...portal]);
export type EstateObject = z.infer<typeof EstateObjectSchema>;
export type EstateObjectKind = EstateObject['kind'];
/** The estate object of one kind. */
export type ObjectOf<K extends EstateObjectKind> = Extract<EstateObject, { kind: K }>;

type IdOf<K extends EstateObjectKind> = (o: ObjectOf<K>) => string;
type WithoutId = { [K in EstateObjectKind]: ObjectOf<K> extends { id: string } ? never : K }[EstateObjectKind];

/** The native ids of what has no `id`, or is not known by it alone. */
const NATIVE_IDS: { [K in WithoutId]: IdOf<K> } & { [K in EstateObjectKind]?: IdOf<K> } = {
  'aws-role': (o) => `arn:aws:iam::${o.account}:role${o.path}${o.name}`,
  'aws-policy': (o) => `arn:aws:iam::${o.account}:policy${o.path}${o.name}`,
  'aws-oidc-provider': (o) => `arn:aws:iam::${o.account}:oidc-provider/${o.url}`,
  // One that is made again under its name has another id.
  'aws-cloudformation-stack': (o) => o.stackId.slice(0, o.stackId.lastIndexOf('/')),
  'aws-oidc-client-id': (o) => `arn:aws:iam::${o.account}:oidc-provider/${o.url}#${o.clientId}`,
  'entra-public-client': (o) => o.clientId,
  'azure-root': () => '/',
  'azure-role-assignment': (o) => `${o.scope === '/' ? '' : o.scope}/providers/Microsoft.Authorization/roleAssignments/${o.name}`,
  'azure-deployment-stack': (o) => `${o.scope}/${o.name}`,
  'azure-lock': (o) => `${o.scope}/${o.name}`,
  'azure-defender-plan': (o) => `/subscriptions/${o.subscription}/${o.name}`,
  'azure-security-connector': (o) => `/subscriptions/${o.subscription}/resourceGroups/${o.resourceGroup}/${o.name}`,
  'gcp-project': (o) => o.projectId,
  'gcp-custom-role': (o) => `organizations/${o.organization}/roles/${o.id}`,
  'gcp-binding': (o) => `${o.resource}#${o.role}#${o.condition?.title ?? ''}#${o.members.join(',')}`,
  'gcp-service-account': (o) => `projects/${o.project}/serviceAccounts/${emailOf(o)}`,
  'gcp-pool': (o) => `projects/${o.project}/locations/global/workloadIdentityPools/${o.id}`,
  'gcp-provider': (o) => `projects/${o.project}/locations/global/workloadIdentityPools/${o.pool}/providers/${o.id}`,
};

/** What identifies an object within an estate, stable over its life: `<kind>:<native id>`. */
export function objectKey(o: EstateObject): string {
  const native = NATIVE_IDS[o.kind] as ((object: EstateObject) => string) | undefined;
  return `${o.kind}:${native ? native(o) : (o as { id: string }).id}`;
}

/** The part of an estate that something lies in: an account, a project, the resource of a grant, the scope that owns an assignment. Undefined where a cloud's calls ask for all. */
export function partOf(o: EstateObject): string | undefined {
  if ('account' in o) return o.account;
  if (o.kind === 'gcp-binding') return o.resource;
  if (o.kind === 'gcp-service-account' || o.kind === 'gcp-pool' || o.kind === 'gcp-provider') return o.project;
  if (o.kind === 'azure-subscription') return holderOf(`/subscriptions/${o.id}`);
  if (o.kind === 'azure-role-assignment') return holderOf(o.scope);
  if ('subscription' in o) return o.subscription.toLowerCase();
  return undefined;
}

/** The subscription that a scope lies in; else the scope itself. In lower case. */
export function holderOf(scope: string): string {
  const clean = `/${scope.split('/').filter(Boolean).join('/')}`.toLowerCase();
  return /^\/subscriptions\/[^/]+/.exec(clean)?.[0] ?? clean;
}
