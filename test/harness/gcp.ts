import { TENANT, type TestEstate } from './estate.ts';

/** What onboarding leaves in Google Cloud: an organisation with a folder, two projects, and the pool of the security project. */

export const ORGANIZATION = '504113872240';
export const FOLDER = '618204457731';
export const PROJECT = 'contoso-security';
export const WORKLOADS = 'contoso-web';
export const MEPM_ACCOUNT = `contoso-ciem@${PROJECT}.iam.gserviceaccount.com`;
export const WORKERS_ACCOUNT = `offboarding@${PROJECT}.iam.gserviceaccount.com`;
const NUMBER = '481516234201';
const POOL = `projects/${NUMBER}/locations/global/workloadIdentityPools/mciem-wi-pool`;

/** Adds it to an estate; the second project lies in the folder. */
export function addGcp(estate: TestEstate): TestEstate {
  estate.manifest.gcp = { organization: ORGANIZATION, projects: [PROJECT, WORKLOADS], oidcProject: PROJECT };
  const member = [`serviceAccount:${MEPM_ACCOUNT}`];
  const binding = (resource: string, role: string, members: string[], ours = true) => ({
    kind: 'gcp-binding' as const,
    ours,
    resource,
    role,
    members,
  });
  estate.objects.push(
    { kind: 'gcp-organization', ours: false, id: ORGANIZATION, displayName: 'contoso.example' },
    { kind: 'gcp-folder', ours: false, id: FOLDER, displayName: 'Workloads', parent: `organizations/${ORGANIZATION}` },
    { kind: 'gcp-project', ours: false, projectId: PROJECT, number: NUMBER, parent: `organizations/${ORGANIZATION}` },
    { kind: 'gcp-project', ours: false, projectId: WORKLOADS, number: '481516234202', parent: `folders/${FOLDER}` },
    { kind: 'gcp-service-account', ours: true, project: PROJECT, accountId: 'contoso-ciem', uniqueId: '103482957610283746501' },
    { kind: 'gcp-service-account', ours: false, project: PROJECT, accountId: 'offboarding', uniqueId: '103482957610283746502' },
    { kind: 'gcp-pool', ours: true, project: PROJECT, id: 'mciem-wi-pool', displayName: 'ms-ciem-workload-identity-pool' },
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
      attributeCondition: 'attribute.appid=="b46c3ac5-9da6-418f-a849-0a07a10b3c6c"',
    },
    binding(`projects/${PROJECT}/serviceAccounts/${MEPM_ACCOUNT}`, 'roles/iam.workloadIdentityUser', [
      `principalSet://iam.googleapis.com/${POOL}/*`,
    ]),
    binding(`organizations/${ORGANIZATION}`, 'roles/viewer', member),
    binding(`projects/${WORKLOADS}`, 'roles/iam.securityReviewer', member),
    binding(`projects/${PROJECT}`, 'roles/iam.securityAdmin', [`serviceAccount:${WORKERS_ACCOUNT}`], false),
  );
  return estate;
}
