/**
 * The one profile of constants that makes the engine's findings those of Microsoft Entra Permissions Management.
 * Source: Microsoft's onboarding documentation and scripts; docs/footprint.md tells how well each is attested.
 */
export const MEPM = {
  /** First-party application "Cloud Infrastructure Entitlement Management". */
  ciemAppId: 'b46c3ac5-9da6-418f-a849-0a07a10b3c6c',
  awsAudiences: ['api://mciem-aws-oidc-app', 'api://ciem-aws-oidc-app'],
  gcpAudiences: ['api://mciem-gcp-oidc-app'],
} as const;

/** Objects of Microsoft Defender for Cloud: the same app and audiences, another product. Never touched. */
export const DEFENDER = {
  awsRoles: ['DefenderForCloud-Ciem', 'DefenderForCloud-OidcCiem'],
  awsRolePrefix: 'DefenderForCloud-',
  awsPolicyPrefix: 'mdc-',
  gcpProvider: 'ciem-discovery',
  gcpServiceAccount: 'microsoft-defender-ciem',
} as const;

/** Directory role templates the guide demands of whoever does the work. */
export const DIRECTORY_ROLES = {
  cloudApplicationAdministrator: '158c047a-c907-4556-b7ef-446551a6b5f7',
  permissionsManagementAdministrator: 'af78dc32-cf4d-46f9-ba4e-4428526346b5',
} as const;

/** The issuers of a tenant's tokens by cloud, without scheme, as they stand in provider URLs (trailing slash included). */
export function issuerOf(tenantId: string, cloud: 'public' | 'usgov' | 'china'): string {
  switch (cloud) {
    case 'public':
    case 'usgov':
      return `sts.windows.net/${tenantId}/`;
    case 'china':
      return `sts.chinacloudapi.cn/${tenantId}/`;
  }
}
