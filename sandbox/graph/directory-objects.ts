import type { ObjectOf } from '../objects.ts';

/** How applications, service principals, users and role assignments of the estate look on Graph's wire (v1.0). */

const CREATED = '2022-03-01T08:00:00Z';

export type Wire = Record<string, unknown>;
type Credential = { keyId: string; displayName?: string | null | undefined; endDateTime?: string | null | undefined };

export function applicationToWire(a: ObjectOf<'entra-application'>): Wire {
  return {
    id: a.id,
    deletedDateTime: null,
    appId: a.appId,
    displayName: a.displayName,
    createdDateTime: CREATED,
    identifierUris: a.identifierUris,
    signInAudience: 'AzureADMyOrg',
    passwordCredentials: a.passwordCredentials.map((c) => ({ ...credential(c), hint: null, secretText: null })),
    keyCredentials: a.keyCredentials.map((c) => ({ ...credential(c), key: null, type: 'AsymmetricX509Cert', usage: 'Verify' })),
  };
}

function credential({ keyId, displayName = null, endDateTime = null }: Credential): Wire {
  return { customKeyIdentifier: null, displayName, endDateTime, keyId, startDateTime: CREATED };
}

export function servicePrincipalToWire(p: ObjectOf<'entra-service-principal'>): Wire {
  return {
    id: p.id,
    deletedDateTime: null,
    accountEnabled: p.accountEnabled,
    appDisplayName: p.displayName,
    appId: p.appId,
    appOwnerOrganizationId: p.appOwnerOrganizationId ?? null,
    appRoles: p.appRoles.map(({ id, value }) => ({
      allowedMemberTypes: ['Application'],
      description: value,
      displayName: value,
      id,
      isEnabled: true,
      origin: 'Application',
      value,
    })),
    displayName: p.displayName,
    servicePrincipalNames: [p.appId],
    servicePrincipalType: p.servicePrincipalType,
  };
}

export function userToWire(u: ObjectOf<'entra-user'>): Wire {
  return { id: u.id, displayName: u.displayName, userPrincipalName: u.userPrincipalName, mail: u.userPrincipalName };
}

export function roleAssignmentToWire(r: ObjectOf<'entra-role-assignment'>): Wire {
  return { id: r.id, principalId: r.principalId, directoryScopeId: '/', roleDefinitionId: r.roleDefinitionId };
}

export function appRoleAssignmentToWire(
  a: ObjectOf<'entra-app-role-assignment'>,
  principals: readonly ObjectOf<'entra-service-principal'>[],
): Wire {
  const nameOf = (id: string) => principals.find((p) => p.id === id)?.displayName ?? null;
  return {
    id: a.id,
    deletedDateTime: null,
    appRoleId: a.appRoleId,
    createdDateTime: CREATED,
    principalDisplayName: nameOf(a.principalId),
    principalId: a.principalId,
    principalType: 'ServicePrincipal',
    resourceDisplayName: nameOf(a.resourceId),
    resourceId: a.resourceId,
  };
}
