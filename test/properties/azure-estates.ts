import fc from 'fast-check';
import type { Assignment } from '../../activities/azure/wire/clients.ts';
import type { AzureSnapshot } from '../../activities/azure/reader.ts';
import type { SystemId } from '../../model/names.ts';
import { CIEM_PRINCIPAL } from '../activities/planned.ts';
import type { Part } from './part.ts';

/** Two subscriptions below `/`, each with assignments of the CIEM principal and of others, inherited ones included. */

export const SUBSCRIPTIONS = ['a1c3d5e7-0001-4b2d-8f10-c0ffee000001', 'a1c3d5e7-0002-4b2d-8f10-c0ffee000002'];
const SCOPES = ['/', ...SUBSCRIPTIONS.map((id) => `/subscriptions/${id}`)];
const ROLES = ['acdd72a7-3385-48ef-bd42-f606fba81ae7', '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', '8e3af657-a8ff-443c-a75c-2fe8c4bcb635'];
const OTHERS = ['5d2f81a4-7c06-4e93-b1d8-93a6f0c4e202', 'e4a90b17-58cd-4d02-9f3e-6b7c8d9e0f02'];

const assignment = fc.record({
  scope: fc.constantFrom(...SCOPES),
  principal: fc.constantFrom(CIEM_PRINCIPAL, CIEM_PRINCIPAL.toUpperCase(), ...OTHERS),
  role: fc.constantFrom(...ROLES),
  condition: fc.constantFrom(null, "@Resource[name] StringEquals 'x'"),
  /** Whether a deployment stack of its own scope manages it; at `/` there are none. */
  bicep: fc.boolean(),
});
const defender = fc.constantFrom('in-use' as const, 'absent' as const, 'unknown' as const);

export const azureParts: fc.Arbitrary<Part[]> = fc
  .tuple(fc.array(assignment, { maxLength: 8 }), defender, defender)
  .map(([specs, ...states]) => {
    const assignments = specs.map(({ scope, principal, role, condition }, n): Assignment => ({
      id: `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/roleAssignments/${n}`,
      scope,
      roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${role}`,
      principalId: principal,
      principalType: 'ServicePrincipal',
      condition,
      conditionVersion: condition === null ? null : '2.0',
      description: null,
    }));
    const managed = (scope: string) =>
      scope === '/' ? [] : assignments.filter((a, n) => a.scope === scope && specs[n]?.bicep).map((a) => a.id);
    const stackAt = (scope: string) => ({
      id: `${scope}/providers/Microsoft.Resources/deploymentStacks/landing-zone`,
      assignments: managed(scope),
    });
    return SCOPES.map((scope, n): Part => {
      const system: SystemId = `azure:${scope}`;
      const state = states[n - 1];
      const snapshot: AzureSnapshot = {
        system,
        scope,
        unnamed: [],
        assignments: assignments.filter((a) => a.scope === '/' || a.scope === scope),
        ...(managed(scope).length > 0 ? { deploymentStacks: { stacks: [stackAt(scope)], unlisted: [] } } : {}),
        ...(state ? { defender: { state, why: [state] } } : {}),
      };
      const ours = assignments.filter((a) => a.scope === scope && a.principalId.toLowerCase() === CIEM_PRINCIPAL);
      const held = Object.fromEntries(
        ours.filter((a) => managed(scope).includes(a.id)).map((a) => [`azure-role-assignment:${a.id}`, 'OwnedByDeploymentStack']),
      );
      return { system, snapshot, ours: ours.map((a) => `azure-role-assignment:${a.id}`), doubtful: [], held };
    });
  });
