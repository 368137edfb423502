import type { EntraApi } from './wire/clients.ts';
import type { Application, FederatedCredential } from './wire/shapes.ts';

/** An application's full definition: what a removal compares with and what a restore needs. */
export type ApplicationDefinition = Application & {
  federatedIdentityCredentials: FederatedCredential[];
  /** Object ids of its service principals here: restoring the application does not bring these back. */
  servicePrincipals: string[];
};

/** Completes an application with what Graph keeps beside it; undefined when it has gone meanwhile. */
export async function define(api: EntraApi, application: Application): Promise<ApplicationDefinition | undefined> {
  const [federatedIdentityCredentials, principals] = await Promise.all([
    api.listFederatedCredentials(application.id),
    api.listServicePrincipals(application.appId),
  ]);
  return federatedIdentityCredentials
    ? { ...application, federatedIdentityCredentials, servicePrincipals: principals.map((p) => p.id).toSorted() }
    : undefined;
}
