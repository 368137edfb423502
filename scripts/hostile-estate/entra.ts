import { CIEM_APP, DANA, guid, others, ours, PRINCIPALS, TENANT, times, type EstateInput } from './base.ts';

const MICROSOFT = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a';
const OURS = [
  { name: 'nw-aws-sign-in', uri: 'api://mciem-aws-oidc-app' },
  { name: 'nw-aws-sign-in-old', uri: 'api://ciem-aws-oidc-app' },
  { name: 'nw-google-sign-in', uri: 'api://mciem-gcp-oidc-app' },
];
/** Display names onboarding gave, on applications whose identifier URI says that they are others'. */
const LOOK_ALIKES = [
  ['mciem-aws-oidc-connector', 'api://mciem-aws-oidc-app-test'],
  ['mciem-gcp-oidc-app', 'api://mciem-gcp-oidc-app/v2'],
  ['mciem-aws-oidc-app', `api://${TENANT}/mciem-aws-oidc-app`],
  ['ciem-aws-oidc-app', 'api://xciem-aws-oidc-app'],
  ['mdc-ciem-connector', 'api://mdc-ciem-aws'],
] as const;

/** An application and its service principal. */
function application(make: typeof ours, n: number, displayName: string, identifierUris: string[]): EstateInput[] {
  const appId = guid(21, n);
  return [
    make('entra-application', { id: guid(20, n), appId, displayName, identifierUris }),
    principal(make, guid(22, n), appId, displayName, TENANT),
  ];
}

function principal(make: typeof ours, id: string, appId: string, displayName: string, owner: string): EstateInput {
  return make('entra-service-principal', { id, appId, displayName, appOwnerOrganizationId: owner });
}

const assignment = (id: string, roleDefinitionId: string, principalId: string) =>
  others('entra-role-assignment', { id, roleDefinitionId, principalId });

export function entraObjects(): EstateInput[] {
  return [
    ...OURS.flatMap(({ name, uri }, n) => application(ours, n + 1, name, [uri])),
    principal(ours, PRINCIPALS.ciem, CIEM_APP, 'Cloud Infrastructure Entitlement Management', MICROSOFT),
    principal(others, PRINCIPALS.worker, guid(23, 1), 'offboarding-worker', TENANT),
    principal(others, PRINCIPALS.nearCiem, guid(23, 2), 'Cloud Infrastructure Entitlement Management', TENANT),
    principal(others, PRINCIPALS.entitlementManagement, '810dcf14-1a58-4e64-b2a7-4c2ed7d7dc01', 'Entitlement Management', MICROSOFT),
    principal(others, PRINCIPALS.defender, guid(23, 3), 'Microsoft Defender for Cloud CIEM', MICROSOFT),
    ...LOOK_ALIKES.flatMap(([name, uri], n) => application(others, 50 + n, name, [uri])),
    ...times(12, (n) => application(others, 100 + n, `northwind-app-${n + 1}`, [`api://northwind-app-${n + 1}`])),
    others('entra-user', { id: PRINCIPALS.dana, userPrincipalName: DANA, displayName: 'Dana Otp' }),
    ...times(10, (n) =>
      others('entra-user', { id: guid(2, n + 1), userPrincipalName: `user${n + 1}@northwind.example`, displayName: `User ${n + 1}` }),
    ),
    assignment('cloud-application-administrator-worker', '158c047a-c907-4556-b7ef-446551a6b5f7', PRINCIPALS.worker),
    assignment('permissions-management-administrator-dana', 'af78dc32-cf4d-46f9-ba4e-4428526346b5', PRINCIPALS.dana),
    ...times(10, (n) => assignment(`reader-${n + 1}`, 'f2ef992c-3afb-46b9-b7cf-a126ee74c451', guid(2, n + 1))),
  ];
}

export const COLLECTORS = (['aws', 'azure', 'gcp'] as const).map((type) => ({
  id: `nw-${type}`,
  type,
  name: `Northwind ${type}`,
  recipient: DANA,
}));

export function portalObjects(): EstateInput[] {
  return COLLECTORS.map((collector) => ours('portal-collector', collector));
}
