import type { Permission, Use } from '../../../model/permission.ts';

/** On what Google's permissions are needed. */
export const GCP_LEVELS = ['organization', 'folder', 'project', 'oidc-project'] as const;
export type GcpLevel = (typeof GCP_LEVELS)[number];

const IAM = 'https://cloud.google.com/iam/docs/reference/rest/v1';
const MANAGER = 'https://cloud.google.com/resource-manager/reference/rest/v3';

/** A method of Google's APIs, as its reference names it. */
function row(uses: Use[], on: GcpLevel, call: string, permission: string, without?: string): Permission {
  const [api = '', ...path] = call.split('.');
  const method = path.at(-1) ?? '';
  const page = `${path.slice(0, -1).join('.')}/${method}`;
  const source = api === 'iam' ? `${IAM}/${page}` : `${MANAGER}/${page}`;
  return { call, needs: [permission], uses, on, ...(without === undefined ? {} : { without }), source };
}

/** IAM's methods on one collection, each with the permission of its name. */
function iam(uses: Use[], on: GcpLevel, collection: string, resource: string, methods: string[], without?: string): Permission[] {
  return methods.map((method) =>
    row(
      uses,
      on,
      `iam.${collection}.${method}`,
      `iam.${resource}.${method === 'patch' ? 'update' : method.replace('operations.', '')}`,
      without,
    ),
  );
}

const ACCOUNTS = ['projects.serviceAccounts', 'serviceAccounts'] as const;
const POOLS = ['projects.locations.workloadIdentityPools', 'workloadIdentityPools'] as const;
const PROVIDERS = ['projects.locations.workloadIdentityPools.providers', 'workloadIdentityPoolProviders'] as const;
const ROLES = ['organizations.roles', 'roles'] as const;
const LEVELS = ['organization', 'folder', 'project'] as const;
const ROLES_UNSEEN = 'a custom role of onboarding’s is not seen, which the plan tells';

/** Every call to Google Cloud. */
export const GCP_PERMISSIONS: readonly Permission[] = [
  ...LEVELS.map((l) => row(['discover'], l, `cloudresourcemanager.${l}s.getIamPolicy`, `resourcemanager.${l}s.getIamPolicy`)),
  row(['discover'], 'oidc-project', 'cloudresourcemanager.projects.get', 'resourcemanager.projects.get'),
  row(
    ['discover'],
    'folder',
    'cloudresourcemanager.folders.get',
    'resourcemanager.folders.get',
    'what lies above, where the worker’s own access may come from, is not known',
  ),
  ...iam(['discover'], 'oidc-project', ...ACCOUNTS, ['get', 'getIamPolicy', 'list']),
  ...iam(
    ['discover'],
    'oidc-project',
    'projects.serviceAccounts.keys',
    'serviceAccountKeys',
    ['list'],
    'every account that a pool may act as is held, since nobody knows who has a key of it',
  ),
  ...iam(['discover'], 'oidc-project', ...POOLS, ['get', 'list']),
  ...iam(['discover'], 'oidc-project', ...PROVIDERS, ['get', 'list']),
  ...iam(['discover'], 'organization', ...ROLES, ['get', 'list'], ROLES_UNSEEN),
  {
    ...row(
      ['discover'],
      'oidc-project',
      'policyanalyzer.projects.locations.activityTypes.activities.query',
      'policyanalyzer.serviceAccountLastAuthenticationActivities.query',
      'when accounts were used last is not known',
    ),
    source: 'https://cloud.google.com/policy-intelligence/docs/service-account-usage-tools',
  },
  {
    ...row(
      ['discover'],
      'organization',
      'cloudasset.searchAllIamPolicies',
      'cloudasset.assets.searchAllIamPolicies',
      'every policy is read by itself, and accounts of other projects that trust the pool are looked for in twenty projects at most',
    ),
    source: 'https://cloud.google.com/asset-inventory/docs/reference/rest/v1/TopLevel/searchAllIamPolicies',
  },
  ...(['folders', 'projects'] as const).map((l) =>
    row(
      ['discover'],
      'organization',
      `cloudresourcemanager.${l}.list`,
      `resourcemanager.${l}.list`,
      `the ${l} behind \`all\` are not known; name them one by one`,
    ),
  ),
  ...(['organizations', 'projects'] as const).map((l) => ({
    ...row(
      ['discover'],
      l === 'organizations' ? 'organization' : 'project',
      `cloudresourcemanager.${l}.search`,
      `resourcemanager.${l}.get`,
      'a discovery that names no organisation does not see it',
    ),
  })),
  ...LEVELS.map((l): Permission => {
    const call = `cloudresourcemanager.${l}s.testIamPermissions`;
    return { call, needs: [], uses: ['discover'], on: l, source: `${MANAGER}/${l}s/testIamPermissions` };
  }),
  ...LEVELS.map((l) => row(['remove', 'restore'], l, `cloudresourcemanager.${l}s.setIamPolicy`, `resourcemanager.${l}s.setIamPolicy`)),
  ...iam(['remove', 'restore'], 'oidc-project', ...ACCOUNTS, ['setIamPolicy']),
  ...iam(['remove', 'quarantine', 'restore'], 'oidc-project', ...ACCOUNTS, ['disable']),
  ...iam(['remove'], 'oidc-project', ...ACCOUNTS, ['delete']),
  ...iam(['remove'], 'oidc-project', ...PROVIDERS, ['delete']),
  ...iam(['remove'], 'oidc-project', ...POOLS, ['delete']),
  ...iam(['remove'], 'organization', ...ROLES, ['delete']),
  ...iam(['quarantine', 'restore'], 'oidc-project', ...ACCOUNTS, ['enable']),
  ...iam(['quarantine', 'restore'], 'oidc-project', ...POOLS, ['patch']),
  ...iam(['quarantine', 'restore'], 'oidc-project', ...PROVIDERS, ['patch']),
  ...iam(['restore'], 'oidc-project', ...ACCOUNTS, ['undelete', 'create']),
  ...iam(['restore'], 'oidc-project', ...POOLS, ['undelete', 'create']),
  ...iam(['restore'], 'oidc-project', ...PROVIDERS, ['undelete', 'create']),
  ...iam(['restore'], 'organization', ...ROLES, ['undelete', 'create']),
  // A long-running operation is read with the permission to read what it works on.
  ...([POOLS, PROVIDERS] as const).map(([collection, resource]) =>
    row(['remove', 'quarantine', 'restore'], 'oidc-project', `iam.${collection}.operations.get`, `iam.${resource}.get`),
  ),
];
