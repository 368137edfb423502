import { CIEM_APP, others, ours, OTHER_TENANT, TENANT, times, type EstateInput } from './base.ts';

export const ORGANIZATION = '700100200300';
const FOLDERS = ['710000000001', '710000000002', '710000000003'] as const;
const PROJECTS = times(12, (n) => `nw-project-${String(n + 1).padStart(2, '0')}`);
const NUMBERS = times(12, (n) => `7200000000${String(n + 1).padStart(2, '0')}`);
const AUDIENCE = 'api://mciem-gcp-oidc-app';
/** The projects whose pools let Permissions Management in; the manifest does not say which. */
const OIDC = [
  { at: 0, account: 'nw-entitlement-view', pool: 'nw-federation' },
  { at: 4, account: 'nw-posture', pool: 'nw-posture-pool' },
] as const;

const email = (project: string, account: string) => `${account}@${project}.iam.gserviceaccount.com`;
const accountName = (project: string, account: string) => `projects/${project}/serviceAccounts/${email(project, account)}`;
const member = (project: string, account: string) => `serviceAccount:${email(project, account)}`;
const poolMembers = (at: number, id: string) =>
  `principalSet://iam.googleapis.com/projects/${NUMBERS[at]}/locations/global/workloadIdentityPools/${id}/*`;
const issuer = (tenant: string) => `https://sts.windows.net/${tenant}/`;

const binding = (make: typeof ours, resource: string, role: string, who: string) => make('gcp-binding', { resource, role, members: [who] });
const serviceAccount = (make: typeof ours, project: string, accountId: string, uniqueId: string, displayName: string) =>
  make('gcp-service-account', { project, accountId, uniqueId, displayName });
const pool = (make: typeof ours, project: string, id: string, displayName: string) => make('gcp-pool', { project, id, displayName });

/** All three marks of Permissions Management's: issuer, audience, condition. */
function provider(make: typeof ours, project: string, inPool: string, id: string, tenant: string, displayName?: string): EstateInput {
  return make('gcp-provider', {
    project,
    pool: inPool,
    id,
    ...(displayName === undefined ? {} : { displayName }),
    issuer: issuer(tenant),
    audiences: [AUDIENCE],
    attributeMapping: { 'google.subject': 'assertion.sub', 'attribute.appid': 'assertion.appid' },
    attributeCondition: `attribute.appid=="${CIEM_APP}"`,
  });
}

function oursInGcp(): EstateInput[] {
  return OIDC.flatMap(({ at, account, pool: id }, n) => {
    const project = PROJECTS[at] as string;
    const granted = (resource: string, role: string) => binding(ours, resource, role, member(project, account));
    const reading = ['roles/viewer', 'roles/iam.securityReviewer'];
    const writing = ['roles/iam.securityAdmin', 'roles/iam.roleAdmin'];
    return [
      serviceAccount(ours, project, account, `11500000000000000000${n}`, 'entitlements, read only'),
      pool(ours, project, id, 'Northwind federation'),
      provider(ours, project, id, 'entra', TENANT, 'Entra ID'),
      binding(ours, accountName(project, account), 'roles/iam.workloadIdentityUser', poolMembers(at, id)),
      ...reading.map((role) => granted(`organizations/${ORGANIZATION}`, role)),
      ...writing.map((role) => granted(`folders/${FOLDERS[n]}`, role)),
      ...times(4, (p) => granted(`projects/${PROJECTS[at + p]}`, reading[p % 2] as string)),
    ];
  });
}

const CUSTOM_ROLE = `organizations/${ORGANIZATION}/roles/CloudKnoxIAMOrgAdmin`;

/** Of an early onboarding: held by an account of ours alone. Its namesake is held by people. */
function customRoles(): EstateInput[] {
  const title = 'CloudKnox IAM Org Admin';
  const permissions = ['iam.roles.list', 'resourcemanager.organizations.getIamPolicy', 'resourcemanager.organizations.setIamPolicy'];
  const { at, account } = OIDC[1];
  const organization = `organizations/${ORGANIZATION}`;
  return [
    ours('gcp-custom-role', { organization: ORGANIZATION, id: 'CloudKnoxIAMOrgAdmin_1650000000', title, permissions }),
    binding(ours, organization, `${CUSTOM_ROLE}_1650000000`, member(PROJECTS[at] as string, account)),
    others('gcp-custom-role', { organization: ORGANIZATION, id: 'CloudKnoxIAMOrgAdmin', title, permissions }),
    binding(others, organization, CUSTOM_ROLE, 'group:platform@northwind.example'),
  ];
}

function containers(): EstateInput[] {
  const parents = [`organizations/${ORGANIZATION}`, ...FOLDERS.map((f) => `folders/${f}`)];
  return [
    others('gcp-organization', { id: ORGANIZATION, displayName: 'northwind.example' }),
    ...FOLDERS.map((id, n) =>
      others('gcp-folder', {
        id,
        displayName: `Folder ${n + 1}`,
        parent: n < 2 ? `organizations/${ORGANIZATION}` : `folders/${FOLDERS[0]}`,
      }),
    ),
    ...PROJECTS.map((projectId, n) => others('gcp-project', { projectId, number: NUMBERS[n] as string, parent: parents[n % 4] as string })),
    others('gcp-project', { projectId: 'nw-deleted', number: '720000000099', parent: parents[0] as string, state: 'DELETE_REQUESTED' }),
  ];
}

/** Look-alikes, another tenant's pools, Defender's provider, members beside ours in the very same bindings. */
function strangers(project: string, n: number): EstateInput[] {
  const resource = `projects/${project}`;
  const bound = (role: string, who: string) => binding(others, resource, role, who);
  const account = (accountId: string, k: number, displayName: string) =>
    serviceAccount(others, project, accountId, `1160000000000000${String(n * 10 + k).padStart(5, '0')}`, displayName);
  const [{ account: oursHere }] = OIDC;
  return [
    account('mciem-service', 0, 'ms-ciem-service-account'),
    account('build', 1, 'builds'),
    bound('roles/viewer', member(project, 'mciem-service')),
    bound('roles/viewer', 'group:data-team@northwind.example'),
    bound('roles/iam.securityReviewer', 'user:auditor@northwind.example'),
    // The address of ours, but an earlier account's, which is deleted; and a person of the same name.
    bound('roles/viewer', `deleted:${member(PROJECTS[0] as string, oursHere)}?uid=99999999999999999999${n}`),
    bound('roles/browser', `user:${oursHere}@northwind.example`),
    others('gcp-binding', {
      resource,
      role: 'roles/viewer',
      members: [`user:guest-${n}@northwind.example`],
      condition: { title: 'until-2027', expression: 'request.time < timestamp("2027-01-01T00:00:00Z")' },
    }),
    pool(others, project, 'mciem-wi-pool', 'ms-ciem-workload-identity-pool'),
    provider(others, project, 'mciem-wi-pool', 'mciem-wi-provider', OTHER_TENANT, 'ms-ciem-wip-provider'),
    binding(others, accountName(project, 'mciem-service'), 'roles/iam.workloadIdentityUser', poolMembers(n, 'mciem-wi-pool')),
  ];
}

function defenders(): EstateInput[] {
  const project = PROJECTS[0] as string;
  const account = 'microsoft-defender-ciem';
  return [
    serviceAccount(others, project, account, '117000000000000000001', 'Microsoft Defender for Cloud CIEM'),
    pool(others, project, 'defender-for-cloud', 'Microsoft Defender for Cloud'),
    // Its fixed id alone tells it apart.
    provider(others, project, 'defender-for-cloud', 'ciem-discovery', TENANT),
    binding(others, accountName(project, account), 'roles/iam.workloadIdentityUser', poolMembers(0, 'defender-for-cloud')),
    binding(others, `organizations/${ORGANIZATION}`, 'roles/iam.securityReviewer', member(project, account)),
    ...FOLDERS.map((id) => binding(others, `folders/${id}`, 'roles/iam.securityAdmin', 'group:platform@northwind.example')),
  ];
}

export function gcpObjects(): EstateInput[] {
  return [...oursInGcp(), ...customRoles(), ...containers(), ...PROJECTS.flatMap((project, n) => strangers(project, n)), ...defenders()];
}
