import { describe, expect, test } from 'vitest';
import type { Assignment } from '../../../../../activities/azure/wire/clients.ts';
import { scopesUnnamed, type AzureSnapshot } from '../../../../../activities/azure/reader.ts';
import { normalId } from '../../../../../activities/microsoft/ids.ts';
import { roleAssignment } from '../../../../../activities/azure/kinds/role-assignment/index.ts';
import type { Facts } from '../../../../../model/finding.ts';
import { buildPlan, type PlanInput } from '../../../../../model/plan.ts';
import { planInput } from '../../../../model/findings.ts';
import { FACTS, CIEM_PRINCIPAL } from '../../../planned.ts';

const SUBSCRIPTION = '/subscriptions/a1c3d5e7-0001-4b2d-8f10-c0ffee000001';
const GROUP = '/providers/Microsoft.Management/managementGroups/contoso-corp';
const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';

function assignment(scope: string, change: Partial<Assignment> & { role?: string } = {}): Assignment {
  const { role = READER, ...rest } = change;
  const base = scope === '/' ? '' : scope;
  return {
    id: `${base}/providers/Microsoft.Authorization/roleAssignments/7b1e4c90-0001-4a5f-9d3c-2f60b8a71e01`,
    scope,
    roleDefinitionId: `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
    principalId: CIEM_PRINCIPAL,
    principalType: 'ServicePrincipal',
    condition: null,
    conditionVersion: null,
    description: null,
    ...rest,
  };
}

function judge(scope: string, assignments: Assignment[], namedScopes = [SUBSCRIPTION, GROUP, '/']) {
  const unnamed = scopesUnnamed(assignments, new Set(namedScopes.map(normalId)));
  const snapshot: AzureSnapshot = { system: `azure:${scope}`, scope, unnamed, assignments };
  return roleAssignment.match(snapshot, FACTS);
}

describe('whose it is', () => {
  test('another principal’s assignment is neither found nor told', () => {
    const other = assignment(SUBSCRIPTION, { principalId: '5d2f81a4-7c06-4e93-b1d8-93a6f0c4e208' });
    expect(judge(SUBSCRIPTION, [other])).toEqual({ findings: [], bystanders: [] });
  });

  test('without a known CIEM principal nothing is found', () => {
    const { ciemPrincipalId: _, ...facts } = FACTS;
    const snapshot: AzureSnapshot = {
      system: `azure:${SUBSCRIPTION}`,
      scope: SUBSCRIPTION,
      unnamed: [],
      assignments: [assignment(SUBSCRIPTION)],
    };
    expect(roleAssignment.match(snapshot, facts).findings).toEqual([]);
  });
});

describe('where it is found', () => {
  const everywhere = [SUBSCRIPTION, `${SUBSCRIPTION}/resourceGroups/rg-1`, GROUP, '/'].map((scope) => assignment(scope));
  test.each([
    [SUBSCRIPTION, [SUBSCRIPTION, `${SUBSCRIPTION}/resourceGroups/rg-1`]],
    [GROUP, [GROUP]],
    ['/', ['/']],
  ])('%s finds its own and, below a subscription, its resource groups’', (scope, found) => {
    const { findings, bystanders } = judge(scope, everywhere);
    expect(findings.map((f) => (f.snapshot as { scope: string }).scope)).toEqual(found);
    expect(bystanders).toEqual([]);
  });

  test('scopes are compared without regard to case, and not by prefix alone', () => {
    expect(judge(SUBSCRIPTION, [assignment(SUBSCRIPTION.toUpperCase())]).findings).toHaveLength(1);
    expect(judge(SUBSCRIPTION.slice(0, -1), [assignment(SUBSCRIPTION)]).findings).toEqual([]);
  });

  test('what is inherited from a scope the manifest does not name is told', () => {
    const { findings, bystanders } = judge(SUBSCRIPTION, [assignment(GROUP), assignment('/')], [SUBSCRIPTION]);
    expect(findings).toEqual([]);
    expect(bystanders.map((s) => s.why)).toEqual([
      `inherited from ${GROUP}, which the manifest does not name`,
      'inherited from /, which the manifest does not name',
    ]);
  });
});

test.each([
  ['8e3af657-a8ff-443c-a75c-2fe8c4bcb635', 'Owner', 'takeover', 'assignments-that-write'],
  ['18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', 'User Access Administrator', 'takeover', 'assignments-that-write'],
  ['f58310d9-a9f6-439a-9e8d-f62e7b41a168', 'Role Based Access Control Administrator', 'takeover', 'assignments-that-write'],
  ['b24988ac-6180-42a0-ab88-20f7382dd24c', 'Contributor', 'write', 'assignments-that-write'],
  [READER.toUpperCase(), 'Reader', 'read', 'assignments-that-read'],
  ['00000000-aaaa-bbbb-cccc-000000000000', 'role 00000000', 'write', 'assignments-that-write'],
])('role %s is %s, risk %s, stage %s', (role, name, risk, stage) => {
  const { findings } = judge(SUBSCRIPTION, [assignment(SUBSCRIPTION, { role })]);
  expect(findings).toMatchObject([{ risk, stage, title: expect.stringContaining(name) as string }]);
});

test.each([
  ['Reader', READER, true],
  ['Security Reader', '39bc4728-0917-49c7-9d2c-d95423bc2eb4', true],
  ['a role nobody here knows', '00000000-aaaa-bbbb-cccc-000000000000', true],
  ['Owner', '8e3af657-a8ff-443c-a75c-2fe8c4bcb635', false],
  ['Contributor', 'b24988ac-6180-42a0-ab88-20f7382dd24c', false],
])('where Defender is in use, %s is held: %s %s', (_name, role, held) => {
  const snapshot: AzureSnapshot = {
    system: `azure:${SUBSCRIPTION}`,
    scope: SUBSCRIPTION,
    unnamed: [],
    assignments: [assignment(SUBSCRIPTION, { role })],
  };
  const hold = (facts: Facts) => roleAssignment.match(snapshot, facts).findings[0]?.hold?.code;
  expect(hold({ ...FACTS, defender: { state: 'in-use', why: ['a plan'] } })).toBe(held ? 'SharedWithDefender' : undefined);
  expect(hold(FACTS)).toBeUndefined();
});

test('a principal that signed in lately holds every assignment, Owner too', () => {
  const snapshot: AzureSnapshot = {
    system: `azure:${SUBSCRIPTION}`,
    scope: SUBSCRIPTION,
    unnamed: [],
    assignments: [assignment(SUBSCRIPTION, { role: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635' })],
  };
  const match = roleAssignment.match(snapshot, { ...FACTS, ciemUsedRecently: 'it signed in on x' });
  expect(match.findings[0]?.hold).toMatchObject({ code: 'RecentlyUsed', reason: expect.stringContaining('it signed in on x') as string });
});

describe('what the worker itself runs under', () => {
  const leftOf = (principalId: string, own: string[], overrides: PlanInput['overrides'] = []) => {
    const snapshot: AzureSnapshot = {
      system: `azure:${SUBSCRIPTION}`,
      scope: SUBSCRIPTION,
      unnamed: [],
      assignments: [assignment(SUBSCRIPTION, { principalId })],
    };
    const facts = { ...FACTS, ourselves: own };
    return buildPlan(planInput(roleAssignment.match(snapshot, facts).findings, { facts, overrides }));
  };

  test('an assignment of the principal that the worker signs in as is its own, in whatever case the id is written', () => {
    const { items, untouched } = leftOf(CIEM_PRINCIPAL.toUpperCase(), [CIEM_PRINCIPAL]);
    expect(items).toEqual([]);
    expect(untouched).toMatchObject([{ reason: `this worker runs under ${CIEM_PRINCIPAL}` }]);
  });

  test('that of a principal the worker does not sign in as is not', () => {
    expect(leftOf(CIEM_PRINCIPAL, ['5d2f81a4-7c06-4e93-b1d8-93a6f0c4e208']).items).toHaveLength(1);
  });

  test('no plan takes it, though an override names it', () => {
    const item = `azure-role-assignment:${assignment(SUBSCRIPTION).id}`;
    expect(() => leftOf(CIEM_PRINCIPAL, [CIEM_PRINCIPAL], [{ item, reason: 'it must go' }])).toThrow(/is not among what was found/);
  });
});
