import type { EstateInput } from '../hostile-estate/base.ts';
import { count, GCP_AUDIENCE, hasController, hasDecoy, TENANT } from './base.ts';

export const ORGANIZATION = '504113872240';
export const project = (n: number): string => `sector-${n}`;
const number = (n: number): string => String(481_516_200_000 + n);
const ACCOUNT = `ciem-collector@${project(0)}.iam.gserviceaccount.com`;
const FOLDER_OF = 50;
const folder = (n: number): string => String(770_000_000_000 + n);

/** The first project has the pool and the service account; the others let that in. */
export function gcp(projects: number): EstateInput[] {
  return [
    { kind: 'gcp-organization', ours: false, id: ORGANIZATION, displayName: 'litware.example' },
    ...count(Math.ceil(projects / FOLDER_OF)).map((n): EstateInput => ({
      kind: 'gcp-folder',
      ours: false,
      id: folder(n),
      displayName: `division ${n}`,
      parent: `organizations/${ORGANIZATION}`,
    })),
    ...count(projects).flatMap(house),
    ...oidc(),
  ];
}

const given = (n: number, ours: boolean, role: string, ...members: string[]): EstateInput => ({
  kind: 'gcp-binding',
  ours,
  resource: `projects/${project(n)}`,
  role,
  members,
});

function house(n: number): EstateInput[] {
  const parent = `folders/${folder(Math.floor(n / FOLDER_OF))}`;
  const own = { accountId: 'runner', uniqueId: `1${String(n).padStart(20, '0')}` };
  return [
    { kind: 'gcp-project', ours: false, projectId: project(n), number: number(n), parent },
    { kind: 'gcp-service-account', ours: false, project: project(n), ...own },
    given(n, true, 'roles/iam.securityReviewer', `serviceAccount:${ACCOUNT}`),
    ...(hasController(n) ? [given(n, true, 'roles/iam.securityAdmin', `serviceAccount:${ACCOUNT}`)] : []),
    given(n, false, 'roles/editor', 'user:dana@litware.example', `serviceAccount:runner@${project(n)}.iam.gserviceaccount.com`),
    ...(hasDecoy(n) ? [given(n, false, 'roles/viewer', 'serviceAccount:ciem-auditor@partner-tools.iam.gserviceaccount.com')] : []),
  ];
}

function oidc(): EstateInput[] {
  const pool = 'mciem-wi-pool';
  return [
    {
      kind: 'gcp-service-account',
      ours: true,
      project: project(0),
      accountId: 'ciem-collector',
      uniqueId: '203482957610283746501',
      displayName: 'ms-ciem-service-account',
    },
    { kind: 'gcp-service-account', ours: false, project: project(0), accountId: 'offboarding', uniqueId: '203482957610283746502' },
    { kind: 'gcp-pool', ours: true, project: project(0), id: pool, displayName: 'ms-ciem-workload-identity-pool' },
    {
      kind: 'gcp-provider',
      ours: true,
      project: project(0),
      pool,
      id: 'mciem-wi-provider',
      displayName: 'ms-ciem-wip-provider',
      issuer: `https://sts.windows.net/${TENANT}/`,
      audiences: [GCP_AUDIENCE],
      attributeMapping: { 'google.subject': 'assertion.sub', 'attribute.appid': 'assertion.appid' },
      attributeCondition: 'attribute.appid=="b46c3ac5-9da6-418f-a849-0a07a10b3c6c"',
    },
    {
      kind: 'gcp-binding',
      ours: true,
      resource: `projects/${project(0)}/serviceAccounts/${ACCOUNT}`,
      role: 'roles/iam.workloadIdentityUser',
      members: [`principalSet://iam.googleapis.com/projects/${number(0)}/locations/global/workloadIdentityPools/${pool}/*`],
    },
  ];
}
