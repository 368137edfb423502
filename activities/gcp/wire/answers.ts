import type { iam_v1 } from 'googleapis/build/src/apis/iam/v1.js';
import type { Pool, Provider, ServiceAccount } from '../snapshot.ts';

/** Google's answers in the product's words. Pure. Google names resources by project number or id; these names all carry the id. */

export function pool(raw: iam_v1.Schema$WorkloadIdentityPool, projectId: string): Pool {
  return {
    name: withProjectId(raw.name, projectId),
    state: raw.state ?? '',
    displayName: raw.displayName ?? '',
    description: raw.description ?? '',
    disabled: raw.disabled ?? false,
  };
}

export function provider(raw: iam_v1.Schema$WorkloadIdentityPoolProvider, projectId: string): Provider {
  return {
    name: withProjectId(raw.name, projectId),
    state: raw.state ?? '',
    displayName: raw.displayName ?? '',
    description: raw.description ?? '',
    issuer: raw.oidc?.issuerUri ?? '',
    audiences: (raw.oidc?.allowedAudiences ?? []).toSorted(),
    attributeMapping: raw.attributeMapping ?? {},
    attributeCondition: raw.attributeCondition ?? '',
    disabled: raw.disabled ?? false,
  };
}

export function account(raw: iam_v1.Schema$ServiceAccount): ServiceAccount {
  return {
    name: withProjectId(raw.name, raw.projectId ?? ''),
    email: raw.email ?? '',
    uniqueId: raw.uniqueId ?? '',
    displayName: raw.displayName ?? '',
    description: raw.description ?? '',
    disabled: raw.disabled ?? false,
  };
}

function withProjectId(name: string | null | undefined, projectId: string): string {
  return (name ?? '').replace(/^projects\/[^/]+\//, `projects/${projectId}/`);
}
