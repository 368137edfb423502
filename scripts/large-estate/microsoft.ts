import type { EstateInput } from '../hostile-estate/base.ts';
import { AWS_AUDIENCE, CIEM_PRINCIPAL, count, DANA, DANA_ID, GCP_AUDIENCE, hasController, hasDecoy, id } from './base.ts';

const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const ACCESS_ADMINISTRATOR = '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9';
const CONTRIBUTOR = 'b24988ac-6180-42a0-ab88-20f7382dd24c';
const WORKER = id('2a6e4c80', 2);
const AUDITOR = id('2a6e4c80', 4);

export const subscription = (n: number): string => id('0b5f8c1e', n);

export function azure(subscriptions: number): EstateInput[] {
  const assigned = (n: number, of: number, ours: boolean, role: string, principalId: string, more: object = {}): EstateInput => ({
    kind: 'azure-role-assignment',
    ours,
    name: id(`3b7f5d9${of}`, n),
    scope: `/subscriptions/${subscription(n)}`,
    role,
    principalId,
    ...more,
  });
  return count(subscriptions).flatMap((n) => [
    { kind: 'azure-subscription', ours: false, id: subscription(n) },
    assigned(n, 1, true, READER, CIEM_PRINCIPAL),
    ...(hasController(n) ? [assigned(n, 2, true, ACCESS_ADMINISTRATOR, CIEM_PRINCIPAL)] : []),
    assigned(n, 3, false, CONTRIBUTOR, DANA_ID, { principalType: 'User' as const }),
    assigned(n, 4, false, ACCESS_ADMINISTRATOR, DANA_ID, { principalType: 'User' as const }),
    ...(hasDecoy(n) ? [assigned(n, 5, false, READER, AUDITOR)] : []),
  ]);
}

export function directory(): EstateInput[] {
  const application = (n: number, uri: string): EstateInput => ({
    kind: 'entra-application',
    ours: true,
    id: id('5d9b7fb3', n),
    appId: id('5d9b7fb3', n + 1),
    displayName: uri.replace('api://', ''),
    identifierUris: [uri],
  });
  return [
    application(1, AWS_AUDIENCE),
    application(11, GCP_AUDIENCE),
    {
      kind: 'entra-service-principal',
      ours: true,
      id: CIEM_PRINCIPAL,
      appId: 'b46c3ac5-9da6-418f-a849-0a07a10b3c6c',
      displayName: 'Cloud Infrastructure Entitlement Management',
    },
    { kind: 'entra-service-principal', ours: false, id: WORKER, appId: id('5d9b7fb3', 3), displayName: 'offboarding-worker' },
    { kind: 'entra-service-principal', ours: false, id: AUDITOR, appId: id('5d9b7fb3', 4), displayName: 'entitlement auditor' },
    { kind: 'entra-user', ours: false, id: DANA_ID, userPrincipalName: DANA, displayName: 'Dana' },
    { kind: 'entra-role-assignment', ours: false, id: 'a1', roleDefinitionId: '158c047a-c907-4556-b7ef-446551a6b5f7', principalId: WORKER },
    {
      kind: 'entra-role-assignment',
      ours: false,
      id: 'a2',
      roleDefinitionId: 'af78dc32-cf4d-46f9-ba4e-4428526346b5',
      principalId: DANA_ID,
    },
    { kind: 'portal-collector', ours: true, id: 'collector-aws', type: 'aws', name: 'AWS', recipient: DANA },
  ];
}
