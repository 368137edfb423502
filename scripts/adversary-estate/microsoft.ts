import { CIEM_APP, guid, others, ours, times, type EstateInput } from '../hostile-estate/base.ts';
import {
  added,
  AWS_AUDIENCE,
  CONSOLE_AUDIENCE,
  DANA,
  deleted,
  GCP_AUDIENCE,
  later,
  OLD_AWS_AUDIENCE,
  shared,
  SISTER_TENANT,
  TENANT,
  type Part,
} from './base.ts';

const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const OWNER = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635';
const USER_ACCESS_ADMINISTRATOR = '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9';
const CONTRIBUTOR = 'b24988ac-6180-42a0-ab88-20f7382dd24c';
const MICROSOFT = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a';
const CIEM = guid(41, 1);
const WORKER = guid(41, 2);
const DANA_ID = guid(41, 3);
/** Nobody's any more. */
const GONE = guid(41, 9);
const SUBSCRIPTIONS = times(6, (n) => guid(42, n + 1));
const scopeOf = (n: number) => `/subscriptions/${SUBSCRIPTIONS[n]}`;

const assigned = (make: typeof ours, n: number, scope: string, role: string, principalId: string) =>
  make('azure-role-assignment', { name: guid(43, n), scope, role, principalId });
/** Free to go: Defender needs to read, not to grant. */
const WRITING = times(6, (n) => assigned(ours, n, scopeOf(n), USER_ACCESS_ADMINISTRATOR, CIEM));
/** Defender needs them from the moment that it is switched on. */
const READING = times(6, (n) => assigned(ours, 20 + n, scopeOf(n), READER, CIEM));

const AZURE: EstateInput[] = [
  others('azure-management-group', { id: 'ts-corp' }),
  ...SUBSCRIPTIONS.map((id, n) => others('azure-subscription', { id, displayName: `Tailspin ${n + 1}`, parent: 'ts-corp' })),
  others('azure-subscription', { id: guid(42, 90), displayName: 'Sister, delegated', tenantId: SISTER_TENANT }),
  ...WRITING,
  ...READING,
  assigned(ours, 40, '/', OWNER, CIEM),
  assigned(ours, 41, '/providers/Microsoft.Management/managementGroups/ts-corp', CONTRIBUTOR, CIEM),
  ...times(6, (n) => [
    assigned(others, 50 + n, scopeOf(n), USER_ACCESS_ADMINISTRATOR, GONE),
    assigned(others, 60 + n, scopeOf(n), READER, guid(41, 20 + n)),
    assigned(others, 70 + n, scopeOf(n), OWNER, guid(41, 4)),
  ]),
];

const principal = (make: typeof ours, id: string, appId: string, displayName: string, appOwnerOrganizationId: string) =>
  make('entra-service-principal', { id, appId, displayName, appOwnerOrganizationId });
const application = (make: typeof ours, n: number, displayName: string, ...identifierUris: string[]): EstateInput[] => [
  make('entra-application', { id: guid(44, n), appId: guid(45, n), displayName, identifierUris }),
  principal(make, guid(46, n), guid(45, n), displayName, TENANT),
];

const APPLICATIONS = [
  application(ours, 1, 'ts-sign-in-1', AWS_AUDIENCE),
  application(ours, 2, 'ts-sign-in-2', OLD_AWS_AUDIENCE),
  // People sign in to a portal of the customer's by it, too.
  application(others, 3, 'ts-sign-in-3', GCP_AUDIENCE, 'api://tailspin-portal'),
];
const SIGN_IN = principal(ours, CIEM, CIEM_APP, 'Cloud Infrastructure Entitlement Management', MICROSOFT);

export const COLLECTORS = (['aws', 'azure', 'gcp'] as const).map((type) => ({
  id: `ts-${type}`,
  type,
  name: `Tailspin ${type}`,
  recipient: DANA,
}));

const PORTAL = COLLECTORS.map((collector) => ours('portal-collector', collector));

const ENTRA: EstateInput[] = [
  ...APPLICATIONS.flat(),
  SIGN_IN,
  ...application(others, 10, 'tailspin console', CONSOLE_AUDIENCE),
  ...application(others, 11, 'mciem-aws-oidc-app', `${AWS_AUDIENCE}-test`),
  ...application(others, 12, 'mciem-gcp-oidc-app', `api://${SISTER_TENANT}/mciem-gcp-oidc-app`),
  principal(others, guid(41, 4), guid(45, 90), 'Cloud Infrastructure Entitlement Management', TENANT),
  principal(others, WORKER, guid(45, 91), 'offboarding-worker', TENANT),
  others('entra-user', { id: DANA_ID, userPrincipalName: DANA, displayName: 'Dana Otp' }),
  others('entra-role-assignment', { id: 'caa-worker', roleDefinitionId: '158c047a-c907-4556-b7ef-446551a6b5f7', principalId: WORKER }),
  others('entra-role-assignment', { id: 'pma-dana', roleDefinitionId: 'af78dc32-cf4d-46f9-ba4e-4428526346b5', principalId: DANA_ID }),
  ...PORTAL,
];

const [, locked, stacked, remade] = WRITING as [EstateInput, EstateInput, EstateInput, EstateInput];
/** Somebody gives it a secret. */
const EXPORTING = (APPLICATIONS[1] ?? [])[0] as EstateInput;
const CHANGES = [
  added(
    others('azure-defender-plan', {
      subscription: SUBSCRIPTIONS[0] as string,
      extensions: [{ name: 'EntraPermissionsManagement', isEnabled: 'True' }],
    }),
  ),
  ...[...READING, SIGN_IN, ...APPLICATIONS.flat().filter((o) => o !== EXPORTING)].map((o) => shared(o)),
  shared(EXPORTING, { passwordCredentials: [{ keyId: guid(47, 1), displayName: 'nightly export' }] }),
  added(others('azure-lock', { scope: scopeOf(1), name: 'audit-hold' })),
  shared(locked),
  added(
    others('azure-deployment-stack', {
      name: 'landing-zone',
      scope: scopeOf(2),
      resources: [`${scopeOf(2)}/providers/Microsoft.Authorization/roleAssignments/${guid(43, 2)}`],
    }),
  ),
  shared(stacked),
  // Under the same name, for somebody else.
  deleted(remade),
  added(assigned(others, 3, scopeOf(3), USER_ACCESS_ADMINISTRATOR, guid(41, 4))),
  // Phases 1 and 2 are over: somebody deletes a collector in the portal before the run does.
  ...PORTAL.slice(-1).map((o) => later(deleted(o))),
];

export const microsoft: Part = { objects: [...AZURE, ...ENTRA], changes: CHANGES };
