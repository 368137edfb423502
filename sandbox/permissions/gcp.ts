import type { Need } from './permissions.ts';

/** Which permission a method needs. Each path ends with its verb; `*` stands for one name. Source: the "Authorization" part of each method's reference. */
const METHODS: [request: string, call: string, permission?: string][] = [
  ['GET /v3/organizations:search', 'cloudresourcemanager.organizations.search'],
  ['GET /v3/projects:search', 'cloudresourcemanager.projects.search'],
  ...(['organizations', 'folders', 'projects'] as const).flatMap((type): [string, string, string?][] => [
    [`POST /v3/${type}/*:getIamPolicy`, `cloudresourcemanager.${type}.getIamPolicy`, `resourcemanager.${type}.getIamPolicy`],
    [`POST /v3/${type}/*:setIamPolicy`, `cloudresourcemanager.${type}.setIamPolicy`, `resourcemanager.${type}.setIamPolicy`],
    [`POST /v3/${type}/*:testIamPermissions`, `cloudresourcemanager.${type}.testIamPermissions`],
    [`GET /v3/${type}/*`, `cloudresourcemanager.${type}.get`, `resourcemanager.${type}.get`],
    [`GET /v3/${type}`, `cloudresourcemanager.${type}.list`, `resourcemanager.${type}.list`],
  ]),
  ['GET /v1/organizations/*:searchAllIamPolicies', 'cloudasset.searchAllIamPolicies', 'cloudasset.assets.searchAllIamPolicies'],
  [
    'GET /v1/projects/*/locations/global/activityTypes/*/activities:query',
    'policyanalyzer.projects.locations.activityTypes.activities.query',
    'policyanalyzer.serviceAccountLastAuthenticationActivities.query',
  ],
  ...iam('organizations/*/roles', 'organizations.roles', 'roles'),
  ...iam('projects/*/serviceAccounts/*/keys', 'projects.serviceAccounts.keys', 'serviceAccountKeys'),
  ...iam('projects/*/serviceAccounts', 'projects.serviceAccounts', 'serviceAccounts'),
  ...iam(
    'projects/*/locations/global/workloadIdentityPools/*/providers',
    'projects.locations.workloadIdentityPools.providers',
    'workloadIdentityPoolProviders',
  ),
  ...iam('projects/*/locations/global/workloadIdentityPools', 'projects.locations.workloadIdentityPools', 'workloadIdentityPools'),
];

/** IAM's methods on one collection. A long-running operation is read with the permission to read what it works on. */
function iam(path: string, method: string, resource: string): [string, string, string][] {
  const at = `/v1/${path}`;
  const verbs: [string, string, string?][] = [
    ['POST', '', 'create'],
    ['GET', '', 'list'],
    ['GET', '/*', 'get'],
    ['DELETE', '/*', 'delete'],
    ['PATCH', '/*', 'update'],
    ...['disable', 'enable', 'undelete', 'getIamPolicy', 'setIamPolicy'].map((v): [string, string, string] => ['POST', `/*:${v}`, v]),
  ];
  return [
    ...verbs.map(([verb, end, name = '']): [string, string, string] => {
      const called = name === 'update' ? 'patch' : name;
      return [`${verb} ${at}${end}`, `iam.${method}.${called}`, `iam.${resource}.${name}`];
    }),
    [`GET ${at}/*/operations/*`, `iam.${method}.operations.get`, `iam.${resource}.get`],
  ];
}

const PATTERNS = METHODS.map(([request, call, permission]): [RegExp, Need] => [
  new RegExp(`^${request.replaceAll('*', '[^/]+')}$`),
  { call, all: permission === undefined ? [] : [[permission]] },
]);

/** What a request to Google's APIs needs. `path` is decoded, as its service has it. Undefined for what no API here knows. */
export function gcpNeed(method: string, path: string): Need | undefined {
  return PATTERNS.find(([request]) => request.test(`${method} ${path}`))?.[1];
}
