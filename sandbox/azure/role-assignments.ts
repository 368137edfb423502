import { z } from 'zod';
import { holderOf, type ObjectOf } from '../objects.ts';
import { jsonOf, type SandboxContext, type SandboxRequest, type SandboxResponse, visible } from '../service.ts';
import { canonical, findSubscription, refuseDenied, sameScope, scopeAndAbove } from './scopes.ts';
import { ArmError } from './wire.ts';

type RoleAssignment = ObjectOf<'azure-role-assignment'>;

const OWNER = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635';
const USER_ACCESS_ADMINISTRATOR = '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9';
const CREATED_ON = '2022-03-01T08:00:00.000Z';

/** Role assignments at a scope, inherited from above, and below a subscription, narrowed by `$filter`. */
export function listAssignments(context: SandboxContext, scope: string, filter: string | null): object[] {
  refuseDenied(context, scope, 'Microsoft.Authorization/roleAssignments/read');
  const holders = new Set([...scopeAndAbove(context, scope), scope].map(holderOf));
  const grants = [...holders].flatMap((part) => visible(context, 'azure-role-assignment', 'list', part));
  return narrowed(context, grants, scope, filter).map(toWire);
}

/** roleEligibilityScheduleInstances of one principal at, above and, for a subscription, below a scope. Throws ArmError. */
export function listEligibilities(context: SandboxContext, scope: string, filter: string | null): object[] {
  const type = 'Microsoft.Authorization/roleEligibilityScheduleInstances';
  refuseDenied(context, scope, `${type}/read`);
  if (!/^assignedTo\('([0-9a-f-]{36})'\)$/i.test(filter ?? ''))
    throw new ArmError(400, 'UnsupportedQuery', `The filter '${filter ?? ''}' is not supported.`);
  return narrowed(context, context.store.list('azure-role-eligibility'), scope, filter).map(({ id, scope: at, role, principalId }) => {
    const roleDefinitionId = `/providers/Microsoft.Authorization/roleDefinitions/${role}`;
    const held = { principalType: 'User', memberType: 'Direct', status: 'Provisioned' };
    return {
      id: `${at === '/' ? '' : at}/providers/${type}/${id}`,
      name: id,
      type,
      properties: { scope: at, principalId, roleDefinitionId, ...held },
    };
  });
}

/** Those at, above and, for a subscription unless the filter says `atScope()`, below a scope; of one principal where the filter names one. */
function narrowed<G extends { scope: string; principalId: string }>(
  context: SandboxContext,
  grants: G[],
  scope: string,
  filter: string | null,
): G[] {
  const { principalId, atScope } = parseFilter(filter);
  const above = new Set(scopeAndAbove(context, scope));
  const below = findSubscription(context, scope) && !atScope ? `${canonical(scope)}/` : undefined;
  return grants
    .filter((g) => above.has(canonical(g.scope)) || (below !== undefined && canonical(g.scope).startsWith(below)))
    .filter((g) => principalId === undefined || g.principalId.toLowerCase() === principalId);
}

/** One assignment. Throws ArmError 404 RoleAssignmentNotFound. */
export function getAssignment(context: SandboxContext, scope: string, name: string): SandboxResponse {
  refuseDenied(context, scope, 'Microsoft.Authorization/roleAssignments/read');
  scopeAndAbove(context, scope);
  const found = visible(context, 'azure-role-assignment', 'get', holderOf(scope)).find((a) => isAt(a, scope, name));
  if (!found) throw new ArmError(404, 'RoleAssignmentNotFound', `The role assignment '${name}' is not found.`);
  return { status: 200, body: toWire(found) };
}

/**
 * Deletes an assignment: 200 with what it was, 204 when there is none. Throws ArmError ReadOnlyDisabledSubscription, ScopeLocked (409) or
 * CannotDeleteLastRbacAdminAssignment (400).
 */
export function deleteAssignment(context: SandboxContext, scope: string, name: string): SandboxResponse {
  refuseDenied(context, scope, 'Microsoft.Authorization/roleAssignments/delete');
  const above = scopeAndAbove(context, scope);
  refuseIfDisabled(context, scope);
  const found = context.store.list('azure-role-assignment', { part: holderOf(scope) }).find((a) => isAt(a, scope, name));
  if (!found) return { status: 204 };
  const lock = context.store.list('azure-lock').find((l) => above.includes(canonical(l.scope)));
  if (lock)
    throw new ArmError(
      409,
      'ScopeLocked',
      `The scope '${wireId(found)}' cannot perform delete operation because following scope(s) are locked: '${lock.scope}'. Please remove the lock and try again.`,
    );
  if (isLastAdministrator(context, found))
    throw new ArmError(
      400,
      'CannotDeleteLastRbacAdminAssignment',
      'Deleting the last RBAC admin assignment of a subscription is not supported.',
    );
  context.store.remove(found, context.now());
  return { status: 200, body: toWire(found) };
}

const CreateBody = z.object({
  properties: z.object({
    roleDefinitionId: z.string(),
    principalId: z.guid(),
    principalType: z.enum(['User', 'Group', 'ServicePrincipal', 'ForeignGroup', 'Device']).optional(),
    description: z.string().optional(),
    condition: z.string().optional(),
    conditionVersion: z.string().optional(),
  }),
});

/** Creates an assignment (201), or answers the one that is there already with the same content (200). Throws ArmError. */
export function createAssignment(context: SandboxContext, scope: string, name: string, request: SandboxRequest): SandboxResponse {
  refuseDenied(context, scope, 'Microsoft.Authorization/roleAssignments/write');
  scopeAndAbove(context, scope);
  refuseIfDisabled(context, scope);
  const parsed = CreateBody.safeParse(jsonOf(request));
  if (!parsed.success) throw new ArmError(400, 'InvalidRequestContent', 'The request content is not a role assignment.');
  const { roleDefinitionId, principalType, ...rest } = parsed.data.properties;
  const role = /[0-9a-f-]{36}$/i.exec(roleDefinitionId)?.[0];
  if (!role) throw new ArmError(400, 'InvalidRoleDefinitionId', 'The role definition id ends with a GUID.');
  const at = context.store.list('azure-role-assignment', { part: holderOf(scope) }).filter((a) => sameScope(a.scope, scope));
  const same = at.find(
    (a) => a.role.toLowerCase() === role.toLowerCase() && a.principalId.toLowerCase() === rest.principalId.toLowerCase(),
  );
  if (same && same.name.toLowerCase() === name.toLowerCase()) return { status: 200, body: toWire(same) };
  if (same)
    throw new ArmError(
      409,
      'RoleAssignmentExists',
      `The role assignment already exists. The ID of the conflicting role assignment is ${same.name}.`,
    );
  const before = context.store.deleted('azure-role-assignment', holderOf(scope)).find((d) => isAt(d.object, scope, name))?.object;
  const created: RoleAssignment = {
    kind: 'azure-role-assignment',
    ours: before?.ours ?? false,
    name: before?.name ?? name,
    scope: before?.scope ?? scope,
    role,
    principalType: principalType ?? before?.principalType ?? 'ServicePrincipal',
    ...rest,
  };
  context.store.put(created);
  return { status: 201, body: toWire(created) };
}

function isAt(assignment: RoleAssignment, scope: string, name: string): boolean {
  return assignment.name.toLowerCase() === name.toLowerCase() && sameScope(assignment.scope, scope);
}

function isLastAdministrator(context: SandboxContext, assignment: RoleAssignment): boolean {
  const administrates = (a: RoleAssignment) => [OWNER, USER_ACCESS_ADMINISTRATOR].includes(a.role.toLowerCase());
  if (!/^\/subscriptions\/[^/]+$/.test(canonical(assignment.scope)) || !administrates(assignment)) return false;
  const at = context.store
    .list('azure-role-assignment', { part: holderOf(assignment.scope) })
    .filter((a) => sameScope(a.scope, assignment.scope));
  return !at.some((a) => administrates(a) && a.name !== assignment.name);
}

function refuseIfDisabled(context: SandboxContext, scope: string): void {
  const subscription = findSubscription(context, scope);
  if (subscription?.state === 'Disabled')
    throw new ArmError(
      409,
      'ReadOnlyDisabledSubscription',
      `The subscription '${subscription.id}' is disabled and therefore marked as read only. You cannot perform any write actions on this subscription until it is re-enabled.`,
    );
}

/** ARM documents `principalId eq '…'`, `assignedTo('…')` and `atScope()`, which may be joined by `and`. */
function parseFilter(filter: string | null): { principalId?: string; atScope: boolean } {
  const terms = (filter ?? '').split(/ and /i).map((t) => t.trim());
  const parsed: { principalId?: string; atScope: boolean } = { atScope: false };
  for (const term of terms.filter(Boolean)) {
    const principal = /^principalId eq '?([0-9a-f-]{36})'?$/i.exec(term) ?? /^assignedTo\('([0-9a-f-]{36})'\)$/i.exec(term);
    if (principal?.[1]) parsed.principalId = principal[1].toLowerCase();
    else if (/^atScope\(\)$/i.test(term)) parsed.atScope = true;
    else throw new ArmError(400, 'UnsupportedQuery', `The filter '${term}' is not supported.`);
  }
  return parsed;
}

function wireId(a: RoleAssignment): string {
  return `${a.scope === '/' ? '' : a.scope}/providers/Microsoft.Authorization/roleAssignments/${a.name}`;
}

function toWire(a: RoleAssignment): object {
  const subscription = /^\/subscriptions\/[^/]+/i.exec(a.scope)?.[0] ?? '';
  return {
    id: wireId(a),
    name: a.name,
    type: 'Microsoft.Authorization/roleAssignments',
    properties: {
      roleDefinitionId: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${a.role}`,
      principalId: a.principalId,
      principalType: a.principalType,
      scope: a.scope,
      description: a.description,
      condition: a.condition,
      conditionVersion: a.conditionVersion,
      createdOn: CREATED_ON,
      updatedOn: CREATED_ON,
    },
  };
}
