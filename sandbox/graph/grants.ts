import type { SandboxContext, SandboxRequest, SandboxResponse } from '../service.ts';
import { appRoleAssignmentToWire, roleAssignmentToWire } from './directory-objects.ts';
import { collection, demandPermission, found } from './wire.ts';

/** What principals are granted in the directory: directory roles and application permissions. */

export function listRoleAssignments(request: SandboxRequest, context: SandboxContext): SandboxResponse {
  demandPermission(context, 'RoleManagement.Read.Directory');
  const active = context.store.list('entra-role-assignment').filter((r) => !r.eligible);
  return collection(active.map(roleAssignmentToWire), 'roleManagement/directory/roleAssignments', request, context);
}

export function deleteRoleAssignment(id: string, context: SandboxContext): SandboxResponse {
  const active = context.store.list('entra-role-assignment').find((r) => r.id === id && !r.eligible);
  context.store.remove(found(active, id), context.now());
  return { status: 204 };
}

export function listEligibilities(request: SandboxRequest, context: SandboxContext): SandboxResponse {
  demandPermission(context, 'RoleEligibilitySchedule.Read.Directory');
  const eligible = context.store.list('entra-role-assignment').filter((r) => r.eligible);
  const values = eligible.map((r) => ({ ...roleAssignmentToWire(r), memberType: 'Direct', appScopeId: null, endDateTime: null }));
  return collection(values, 'roleManagement/directory/roleEligibilityScheduleInstances', request, context);
}

/** GET /servicePrincipals/{id}/appRoleAssignments. Throws GraphError 404 for what is no service principal, such as a user. */
export function listAppRoleAssignments(principalId: string, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const principals = context.store.list('entra-service-principal');
  const principal = found(
    principals.find((p) => p.id.toLowerCase() === principalId.toLowerCase()),
    principalId,
  );
  const held = context.store.list('entra-app-role-assignment').filter((a) => a.principalId === principal.id);
  const values = held.map((a) => appRoleAssignmentToWire(a, principals));
  return collection(values, `servicePrincipals('${principal.id}')/appRoleAssignments`, request, context);
}

export function deleteAppRoleAssignment(principalId: string, id: string, context: SandboxContext): SandboxResponse {
  const isIt = (a: { id: string; principalId: string }) => a.id === id && a.principalId.toLowerCase() === principalId.toLowerCase();
  context.store.remove(found(context.store.list('entra-app-role-assignment').find(isIt), id), context.now());
  return { status: 204 };
}
