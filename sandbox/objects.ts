import { z } from 'zod';
import { aws } from './objects/aws.ts';
import { azure } from './objects/azure.ts';
import { entra } from './objects/entra.ts';
import { gcp } from './objects/gcp.ts';
import { portal } from './objects/portal.ts';

/** The objects an estate may hold: what the sandbox pretends exists. */
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
    case 'aws-cloudformation-stack':
      // One that is made anew under its name has another id.
      return `aws-cloudformation-stack:${o.stackId.slice(0, o.stackId.lastIndexOf('/'))}`;
    case 'aws-oidc-client-id':
      return `aws-oidc-client-id:arn:aws:iam::${o.account}:oidc-provider/${o.url}#${o.clientId}`;
    case 'azure-role-assignment':
      return `azure-role-assignment:${o.scope === '/' ? '' : o.scope}/providers/Microsoft.Authorization/roleAssignments/${o.name}`;
    case 'azure-deployment-stack':
      return `azure-deployment-stack:${o.scope}/${o.name}`;
    case 'azure-lock':
      return `azure-lock:${o.scope}/${o.name}`;
    case 'azure-defender-plan':
      return `azure-defender-plan:/subscriptions/${o.subscription}/${o.name}`;
    case 'azure-security-connector':
      return `azure-security-connector:/subscriptions/${o.subscription}/resourceGroups/${o.resourceGroup}/${o.name}`;
    case 'gcp-project':
      return `gcp-project:${o.projectId}`;
    case 'gcp-custom-role':
      return `gcp-custom-role:organizations/${o.organization}/roles/${o.id}`;
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
