/** A small tenant for the tests of the sandbox's clouds: a few objects of each kind, ours and not ours. */

export const TENANT = '11111111-aaaa-4bbb-8ccc-000000000001';
export const WORKER_APP = '11111111-aaaa-4bbb-8ccc-000000000002';
export const WORKER_PRINCIPAL = '11111111-aaaa-4bbb-8ccc-000000000003';
export const CIEM_PRINCIPAL = '22222222-aaaa-4bbb-8ccc-000000000001';
export const GRAPH_PRINCIPAL = '11111111-aaaa-4bbb-8ccc-000000000004';
export const ALICE = '33333333-aaaa-4bbb-8ccc-000000000001';
export const AWS_OIDC_APP = '44444444-aaaa-4bbb-8ccc-000000000001';
export const AWS_OIDC_PRINCIPAL = '44444444-aaaa-4bbb-8ccc-000000000003';
export const CIEM_APP = 'b46c3ac5-9da6-418f-a849-0a07a10b3c6c';

export const SUBSCRIPTION = '55555555-aaaa-4bbb-8ccc-000000000001';
export const DISABLED_SUBSCRIPTION = '55555555-aaaa-4bbb-8ccc-000000000002';
export const ROOT_GROUP = '/providers/Microsoft.Management/managementGroups/root-mg';
export const CHILD_GROUP = '/providers/Microsoft.Management/managementGroups/child-mg';

export const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
export const OWNER = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635';
export const USER_ACCESS_ADMINISTRATOR = '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9';
export const CLOUD_APPLICATION_ADMINISTRATOR = '158c047a-c907-4556-b7ef-446551a6b5f7';

/** The GUID of the n-th role assignment. */
export const assignmentName = (n: number) => `66666666-aaaa-4bbb-8ccc-00000000000${n}`;

const assignment = (n: number, scope: string, role: string, principalId = CIEM_PRINCIPAL) => ({
  kind: 'azure-role-assignment',
  ours: principalId === CIEM_PRINCIPAL,
  name: assignmentName(n),
  scope,
  role,
  principalId,
});

export const AZURE = [
  { kind: 'azure-management-group', ours: false, id: 'root-mg' },
  { kind: 'azure-management-group', ours: false, id: 'child-mg', parent: 'root-mg' },
  { kind: 'azure-subscription', ours: false, id: SUBSCRIPTION, parent: 'child-mg' },
  { kind: 'azure-subscription', ours: false, id: DISABLED_SUBSCRIPTION, parent: 'root-mg', state: 'Disabled' },
  assignment(1, '/', READER),
  assignment(2, ROOT_GROUP, READER),
  assignment(3, CHILD_GROUP, READER),
  assignment(4, `/subscriptions/${SUBSCRIPTION}`, USER_ACCESS_ADMINISTRATOR),
  assignment(5, `/subscriptions/${SUBSCRIPTION}/resourceGroups/app`, READER),
  assignment(6, `/subscriptions/${SUBSCRIPTION}/resourceGroups/locked`, READER),
  assignment(7, `/subscriptions/${DISABLED_SUBSCRIPTION}`, READER),
  assignment(8, `/subscriptions/${SUBSCRIPTION}`, READER, ALICE),
  { kind: 'azure-lock', ours: false, scope: `/subscriptions/${SUBSCRIPTION}/resourceGroups/locked`, name: 'keep' },
];

/** A second administrator of the subscription, without whom the first can't be removed. */
export const SECOND_OWNER = assignment(9, `/subscriptions/${SUBSCRIPTION}`, OWNER, ALICE);

const application = (n: number, uri: string) => ({
  kind: 'entra-application',
  ours: n === 1,
  id: `44444444-aaaa-4bbb-8ccc-00000000000${n}`,
  appId: `44444444-aaaa-4bbb-8ccc-0000000000a${n}`,
  displayName: `app ${n}`,
  identifierUris: [uri],
});

export const ENTRA = [
  {
    ...application(1, 'api://mciem-aws-oidc-app'),
    passwordCredentials: [{ keyId: '44444444-aaaa-4bbb-8ccc-0000000000b1', displayName: 'ci', endDateTime: '2027-01-01T00:00:00Z' }],
    keyCredentials: [{ keyId: '44444444-aaaa-4bbb-8ccc-0000000000b2' }],
    federatedIdentityCredentials: [
      { id: '44444444-aaaa-4bbb-8ccc-0000000000b3', name: 'ci', issuer: 'https://ci.example', subject: 'repo:x', audiences: ['api://a'] },
    ],
  },
  {
    kind: 'entra-service-principal',
    ours: true,
    id: AWS_OIDC_PRINCIPAL,
    appId: '44444444-aaaa-4bbb-8ccc-0000000000a1',
    displayName: 'app 1',
  },
  application(4, 'api://another-app'),
  application(5, 'api://a-third-app'),
  {
    kind: 'entra-service-principal',
    ours: true,
    id: CIEM_PRINCIPAL,
    appId: CIEM_APP,
    displayName: 'Cloud Infrastructure Entitlement Management',
    appOwnerOrganizationId: 'f8cdef31-a31e-4b4a-93e4-5f571e91255a',
  },
  { kind: 'entra-service-principal', ours: false, id: WORKER_PRINCIPAL, appId: WORKER_APP, displayName: 'offboarding-worker' },
  {
    kind: 'entra-service-principal',
    ours: false,
    id: GRAPH_PRINCIPAL,
    appId: '00000003-0000-0000-c000-000000000000',
    displayName: 'Microsoft Graph',
    appRoles: [
      { id: '1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9', value: 'Application.ReadWrite.All' },
      { id: '97235f07-e226-4f63-ace3-39588e11d3a1', value: 'User.ReadBasic.All' },
    ],
  },
  ...['1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9', '97235f07-e226-4f63-ace3-39588e11d3a1'].map((appRoleId, n) => ({
    kind: 'entra-app-role-assignment',
    ours: false,
    id: `granted-${n + 1}`,
    appRoleId,
    principalId: WORKER_PRINCIPAL,
    resourceId: GRAPH_PRINCIPAL,
  })),
  { kind: 'entra-user', ours: false, id: ALICE, userPrincipalName: 'alice@contoso.example', displayName: 'Alice' },
  {
    kind: 'entra-role-assignment',
    ours: false,
    id: 'assignment-1',
    roleDefinitionId: CLOUD_APPLICATION_ADMINISTRATOR,
    principalId: WORKER_PRINCIPAL,
  },
  {
    kind: 'entra-role-assignment',
    ours: false,
    id: 'assignment-2',
    roleDefinitionId: 'af78dc32-cf4d-46f9-ba4e-4428526346b5',
    principalId: ALICE,
  },
];

export const PROJECT = 'contoso-app';
export const PROJECT_NUMBER = '424242424242';
export const EMAIL = `mciem-service@${PROJECT}.iam.gserviceaccount.com`;
export const UNIQUE_ID = '117000000000000000001';
export const MEMBER = `serviceAccount:${EMAIL}`;
export const CONDITION = { title: 'office hours', expression: 'request.time.getHours() < 18', description: 'not at night' };
export const POOL = `projects/${PROJECT}/locations/global/workloadIdentityPools/mciem-wi-pool`;

export const GCP = [
  { kind: 'gcp-organization', ours: false, id: '900', displayName: 'contoso.example' },
  { kind: 'gcp-folder', ours: false, id: '901', displayName: 'apps', parent: 'organizations/900' },
  { kind: 'gcp-project', ours: false, projectId: PROJECT, number: PROJECT_NUMBER, parent: 'folders/901' },
  { kind: 'gcp-project', ours: false, projectId: 'contoso-data', number: '424242424243', parent: 'folders/901' },
  { kind: 'gcp-project', ours: false, projectId: 'contoso-old', number: '424242424244', parent: 'folders/901', state: 'DELETE_REQUESTED' },
  { kind: 'gcp-service-account', ours: true, project: PROJECT, accountId: 'mciem-service', uniqueId: UNIQUE_ID, displayName: 'ciem' },
  { kind: 'gcp-service-account', ours: false, project: PROJECT, accountId: 'builder', uniqueId: '117000000000000000002' },
  { kind: 'gcp-service-account', ours: false, project: PROJECT, accountId: 'runner', uniqueId: '117000000000000000003' },
  {
    kind: 'gcp-binding',
    ours: true,
    resource: `projects/${PROJECT}`,
    role: 'roles/viewer',
    members: [MEMBER, 'group:ciem@contoso.example'],
  },
  {
    kind: 'gcp-binding',
    ours: false,
    resource: `projects/${PROJECT}`,
    role: 'roles/viewer',
    members: ['user:bob@contoso.example', 'user:carol@contoso.example'],
  },
  {
    kind: 'gcp-binding',
    ours: false,
    resource: `projects/${PROJECT}`,
    role: 'roles/viewer',
    members: ['user:dave@contoso.example'],
    condition: CONDITION,
  },
  { kind: 'gcp-binding', ours: true, resource: 'organizations/900', role: 'roles/iam.securityReviewer', members: [MEMBER] },
  {
    kind: 'gcp-binding',
    ours: true,
    resource: `projects/${PROJECT}/serviceAccounts/${EMAIL}`,
    role: 'roles/iam.workloadIdentityUser',
    members: [`principalSet://iam.googleapis.com/projects/${PROJECT_NUMBER}/locations/global/workloadIdentityPools/mciem-wi-pool/*`],
  },
  { kind: 'gcp-pool', ours: true, project: PROJECT, id: 'mciem-wi-pool', displayName: 'ms-ciem-workload-identity-pool' },
  { kind: 'gcp-pool', ours: false, project: PROJECT, id: 'github' },
  { kind: 'gcp-pool', ours: false, project: PROJECT, id: 'gitlab' },
  {
    kind: 'gcp-provider',
    ours: true,
    project: PROJECT,
    pool: 'mciem-wi-pool',
    id: 'mciem-wi-provider',
    displayName: 'ms-ciem-wip-provider',
    issuer: `https://sts.windows.net/${TENANT}/`,
    audiences: ['api://mciem-gcp-oidc-app'],
    attributeMapping: { 'google.subject': 'assertion.sub', 'attribute.appid': 'assertion.appid' },
    attributeCondition: `attribute.appid=='${CIEM_APP}'`,
  },
];
