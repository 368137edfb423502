import type { ApplicationDefinition } from '../../../activities/entra/application.ts';
import type { EntraSnapshot } from '../../../activities/entra/reader.ts';
import type { ServicePrincipal } from '../../../activities/entra/wire/shapes.ts';
import { MEPM } from '../../../model/footprint.ts';
import { CIEM_PRINCIPAL, TENANT } from '../planned.ts';

export const AWS_URI = 'api://mciem-aws-oidc-app';

export function application(identifierUris: string[], change: Partial<ApplicationDefinition> = {}): ApplicationDefinition {
  return {
    id: '1f2e3d4c-0001-4b5a-8c7d-9e0f1a2b3c01',
    appId: 'c8d7e6f5-0001-4a1b-9c2d-3e4f5a6b7c01',
    displayName: 'renamed by somebody',
    identifierUris,
    passwordCredentials: [],
    keyCredentials: [],
    federatedIdentityCredentials: [],
    servicePrincipals: ['5d2f81a4-7c06-4e93-b1d8-93a6f0c4e204'],
    ...change,
  };
}

export const principal = (change: Partial<ServicePrincipal> = {}): ServicePrincipal => ({
  id: CIEM_PRINCIPAL,
  appId: MEPM.ciemAppId,
  displayName: 'Cloud Infrastructure Entitlement Management',
  accountEnabled: true,
  ...change,
});

export const WORKER = '5d2f81a4-7c06-4e93-b1d8-93a6f0c4e206';

export function snapshot(change: Partial<EntraSnapshot>): EntraSnapshot {
  return {
    system: `entra:${TENANT}`,
    namedUris: [AWS_URI, 'api://contoso-ciem'],
    applications: [],
    ciemServicePrincipals: [],
    formerPrincipals: [],
    notFormer: [],
    ourselves: [WORKER],
    ciemUse: {},
    ...change,
  };
}
