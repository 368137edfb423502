import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { EstateObjectSchema, type EstateObject } from '../../sandbox/objects.ts';
import { emailOf } from '../../sandbox/objects/gcp.ts';
import type { TestEstate } from './estate.ts';

/** An estate of estates/; with `tenant` in a tenant of its own, wherever it is named, for workflow ids are per tenant. */
export function estateFile(name: string, tenant?: string): TestEstate {
  const text = readFileSync(new URL(`../../estates/${name}`, import.meta.url), 'utf8');
  const estate = parse(text) as TestEstate;
  return tenant === undefined ? estate : (parse(text.replaceAll(estate.manifest.tenant.id, tenant)) as TestEstate);
}

/** Ids of the findings that an estate's `ours: true` objects must become, each and no other; sorted. */
export function expectedFindings(estate: TestEstate): string[] {
  const objects = estate.objects.map((o) => EstateObjectSchema.parse(o)).filter((o) => o.ours);
  return objects.flatMap(findingsOf).toSorted();
}

const CIEM_APP = 'b46c3ac5-9da6-418f-a849-0a07a10b3c6c';

function findingsOf(o: EstateObject): string[] {
  const project = (p: string, rest: string) => `projects/${p}/${rest}`;
  switch (o.kind) {
    case 'aws-role':
      return [`aws-role:arn:aws:iam::${o.account}:role${o.path}${o.name}`];
    case 'aws-policy':
      return [`aws-policy:arn:aws:iam::${o.account}:policy${o.path}${o.name}`];
    case 'aws-cloudformation-stack':
      return [`aws-cloudformation-stack:${o.stackId}`];
    case 'aws-oidc-client-id':
      return [`aws-oidc-client-id:arn:aws:iam::${o.account}:oidc-provider/${o.url}#${o.clientId}`];
    case 'azure-role-assignment': {
      const scope = o.scope === '/' ? '' : o.scope;
      return [`azure-role-assignment:${scope}/providers/Microsoft.Authorization/roleAssignments/${o.name}`];
    }
    case 'gcp-binding': {
      const kind = o.resource.includes('/serviceAccounts/') ? 'gcp-impersonation-binding' : 'gcp-binding';
      const condition = o.condition ? [o.condition.title, o.condition.expression] : [];
      return o.members.map((member) => `${kind}:${[o.resource, o.role, member, ...condition].join('#')}`);
    }
    case 'gcp-custom-role':
      return [`gcp-custom-role:organizations/${o.organization}/roles/${o.id}`];
    case 'gcp-service-account':
      return [`gcp-service-account:${project(o.project, `serviceAccounts/${emailOf(o)}`)}`];
    case 'gcp-pool':
      return [`gcp-pool:${project(o.project, `locations/global/workloadIdentityPools/${o.id}`)}`];
    case 'gcp-provider':
      return [`gcp-provider:${project(o.project, `locations/global/workloadIdentityPools/${o.pool}/providers/${o.id}`)}`];
    case 'entra-application':
      return [`entra-oidc-application:${o.id}`];
    case 'entra-service-principal':
      // An application's own principal goes with it.
      return o.appId === CIEM_APP ? [`entra-ciem-sign-in:${o.id}`] : [];
    case 'aws-secret':
      return [`aws-secret:${o.id}`];
    case 'portal-collector':
      return [`data-collector:${o.id}`];
    case 'aws-oidc-provider':
      // Goes with its last client id.
      return [];
    default:
      throw new Error(`${o.kind} cannot be ours, as far as this harness knows`);
  }
}
