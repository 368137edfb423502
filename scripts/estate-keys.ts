import type { Finding } from '../model/finding.ts';
import { nativeId } from '../model/names.ts';
import type { EstateObject } from '../sandbox/objects.ts';
import { objectKey } from '../sandbox/objects.ts';

type Known = Pick<Finding, 'kind' | 'id' | 'system' | 'snapshot'>;

interface Grant {
  resource: string;
  role: string;
  member: string;
  condition: { title: string } | null;
}

/**
 * Pure: the objects of an estate that an item of a plan stands for, by their keys. Some stand for two: an application has its service
 * principal, the last client id its provider. The estate's own book-keeping is in other words than the product's on purpose.
 */
export function estateKeys(item: Known, objects: readonly EstateObject[]): string[] {
  const native = item.id.slice(item.kind.length + 1);
  switch (item.kind) {
    case 'aws-oidc-client-id': {
      const { ProviderArn, Mode } = item.snapshot as { ProviderArn: string; Mode: 'client-id' | 'provider' };
      return [item.id, ...(Mode === 'provider' ? [`aws-oidc-provider:${ProviderArn}`] : [])];
    }
    case 'aws-cloudformation-stack':
      return [item.id.slice(0, item.id.lastIndexOf('/'))];
    case 'gcp-binding':
    case 'gcp-impersonation-binding':
      return objects.filter((o) => isGrant(o, item.snapshot as unknown as Grant)).map((o) => objectKey(o));
    case 'gcp-pool':
    case 'gcp-provider':
      // The clouds tell the project's number, the estate its id.
      return [`${item.kind}:${nativeId(item.system)}${native.slice(native.indexOf('/locations/'))}`];
    case 'entra-oidc-application': {
      const { servicePrincipals } = item.snapshot as { servicePrincipals: string[] };
      return [`entra-application:${native}`, ...servicePrincipals.map((id) => `entra-service-principal:${id}`)];
    }
    case 'entra-ciem-sign-in':
      return [`entra-service-principal:${native}`];
    case 'data-collector':
      return [`portal-collector:${native}`];
    default:
      return [item.id];
  }
}

function isGrant(object: EstateObject, grant: Grant): boolean {
  return (
    object.kind === 'gcp-binding' &&
    object.resource === grant.resource &&
    object.role === grant.role &&
    object.condition?.title === grant.condition?.title &&
    object.members.includes(grant.member)
  );
}
