import { guid, others, ours, OTHER_TENANT, PRINCIPALS, times, type EstateInput } from './base.ts';

const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const OWNER = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635';
const USER_ACCESS_ADMINISTRATOR = '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9';
const ACCESS_CONTROL_ADMINISTRATOR = 'f58310d9-a9f6-439a-9e8d-f62e7b41a168';
const CONTRIBUTOR = 'b24988ac-6180-42a0-ab88-20f7382dd24c';
const GROUPS = ['nw-corp', 'nw-production', 'nw-sandbox'] as const;
const SUBSCRIPTIONS = times(12, (n) => guid(10, n + 1));
const CONTROLLERS = [USER_ACCESS_ADMINISTRATOR, ACCESS_CONTROL_ADMINISTRATOR, OWNER];

const groupScope = (id: string) => `/providers/Microsoft.Management/managementGroups/${id}`;
const subscriptionScope = (n: number) => `/subscriptions/${SUBSCRIPTIONS[n]}`;

function oursInAzure(): EstateInput[] {
  const ciem = { principalId: PRINCIPALS.ciem };
  const granted = (n: number, scope: string, role: string) => ours('azure-role-assignment', { name: guid(11, n), scope, role, ...ciem });
  return [
    granted(0, '/', READER),
    granted(1, '/', USER_ACCESS_ADMINISTRATOR),
    ...GROUPS.map((id, n) => granted(10 + n, groupScope(id), n === 0 ? READER : USER_ACCESS_ADMINISTRATOR)),
    ...SUBSCRIPTIONS.map((_, n) => granted(20 + n, subscriptionScope(n), READER)),
    ...times(6, (n) => granted(40 + n, subscriptionScope(2 * n), CONTROLLERS[n % 3] as string)),
    granted(60, `${subscriptionScope(1)}/resourceGroups/rg-shared`, CONTRIBUTOR),
  ];
}

/** The tree, and Defender for Cloud with its own entitlement management on. */
function containers(): EstateInput[] {
  return [
    ...GROUPS.map((id, n) => others('azure-management-group', { id, ...(n > 0 ? { parent: GROUPS[0] } : {}) })),
    ...SUBSCRIPTIONS.map((id, n) =>
      others('azure-subscription', { id, displayName: `Northwind ${n + 1}`, parent: GROUPS[n % 3] ?? GROUPS[0] }),
    ),
    others('azure-subscription', { id: guid(10, 90), displayName: 'Fabrikam, delegated', tenantId: OTHER_TENANT }),
    others('azure-defender-plan', {
      subscription: SUBSCRIPTIONS[0] as string,
      extensions: [{ name: 'EntraPermissionsManagement', isEnabled: 'True' }],
    }),
    others('azure-deployment-stack', {
      name: 'landing-zone',
      scope: subscriptionScope(0),
      resources: [`${subscriptionScope(0)}/resourceGroups/rg-defender`],
      detached: [`${subscriptionScope(0)}/providers/Microsoft.Authorization/roleAssignments/${guid(11, 20)}`],
    }),
    others('azure-security-connector', {
      subscription: SUBSCRIPTIONS[0] as string,
      resourceGroup: 'rg-defender',
      name: 'aws-organisation',
      environmentName: 'AWS',
      hierarchyIdentifier: '301000000003',
      offerings: [
        {
          offeringType: 'DefenderCspmAws',
          ciem: { ciemDiscovery: { cloudRoleArn: 'arn:aws:iam::301000000001:role/DefenderForCloud-Ciem' } },
        },
      ],
    }),
    others('azure-lock', { scope: `${subscriptionScope(3)}/resourceGroups/rg-archive`, name: 'legal-hold' }),
    others('azure-lock', { scope: subscriptionScope(7), name: 'no-deletion' }),
  ];
}

/** At every scope: the roles onboarding gave, held by others; some with a condition. */
function assignmentsOfOthers(): EstateInput[] {
  const scopes = ['/', ...GROUPS.map((id) => groupScope(id)), ...SUBSCRIPTIONS.map((_, n) => subscriptionScope(n))];
  return scopes.flatMap((scope, s) => {
    const granted = (n: number, fields: { role: string; principalId: string; principalType?: 'User' | 'Group'; condition?: string }) =>
      others('azure-role-assignment', { name: guid(12, s * 16 + n), scope, ...fields });
    return [
      granted(0, { role: READER, principalId: PRINCIPALS.nearCiem }),
      granted(1, { role: USER_ACCESS_ADMINISTRATOR, principalId: PRINCIPALS.dana, principalType: 'User' }),
      granted(2, { role: READER, principalId: PRINCIPALS.entitlementManagement }),
      granted(3, { role: READER, principalId: PRINCIPALS.defender }),
      granted(4, { role: OWNER, principalId: PRINCIPALS.group, principalType: 'Group' }),
      granted(5, { role: CONTRIBUTOR, principalId: guid(3, s) }),
      granted(6, {
        role: ACCESS_CONTROL_ADMINISTRATOR,
        principalId: PRINCIPALS.group,
        principalType: 'Group',
        condition: "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'})))",
      }),
    ];
  });
}

export function azureObjects(): EstateInput[] {
  return [...oursInAzure(), ...containers(), ...assignmentsOfOthers()];
}
