import { entraClient } from '../entra/client.ts';
import { holderOf, type ObjectOf } from '../objects.ts';
import type { SandboxContext } from '../service.ts';
import { ArmError } from './wire.ts';

const MANAGEMENT_GROUP = /^\/providers\/microsoft\.management\/managementgroups\/([^/]+)$/;
const SUBSCRIPTION = /^\/subscriptions\/([^/]+)/;

/** ARM compares resource ids without regard to case. */
export function sameScope(a: string, b: string): boolean {
  return canonical(a) === canonical(b);
}

/** A scope in lower case, with a leading and without a trailing slash; `/` for the tenant's root. */
export function canonical(scope: string): string {
  return `/${scope.split('/').filter(Boolean).join('/')}`.toLowerCase();
}

/**
 * A scope and everything above it up to `/`, as role assignments are inherited: resource, resource group, subscription, management groups.
 * Throws ArmError 404 for a subscription or management group that is not there.
 */
export function scopeAndAbove(context: SandboxContext, scope: string): string[] {
  const start = canonical(scope);
  if (start === '/') return ['/'];
  const group = MANAGEMENT_GROUP.exec(start)?.[1];
  if (group !== undefined) return [...groupAndAbove(context, group), '/'];
  const subscription = findSubscription(context, start);
  if (!subscription)
    throw new ArmError(404, 'InvalidScope', `The scope '${scope}' is neither a management group, a subscription nor below one.`);
  const above = groupAndAbove(context, subscription.parent ?? rootGroup(context).id);
  return [...insideSubscription(start), ...above, '/'];
}

/** The subscription a scope lies in, or undefined outside of any. Throws ArmError 404 SubscriptionNotFound. */
export function findSubscription(context: SandboxContext, scope: string): ObjectOf<'azure-subscription'> | undefined {
  const id = SUBSCRIPTION.exec(canonical(scope))?.[1];
  if (id === undefined) return undefined;
  const [found] = context.store.list('azure-subscription', { part: holderOf(scope) });
  if (!found) throw new ArmError(404, 'SubscriptionNotFound', `The subscription '${id}' could not be found.`);
  return found;
}

/** The management group with this id. Throws ArmError 404. */
export function findManagementGroup(context: SandboxContext, id: string): ObjectOf<'azure-management-group'> {
  const found = managementGroups(context).find((g) => g.id.toLowerCase() === id.toLowerCase());
  if (!found) throw new ArmError(404, 'NotFound', `The management group '${id}' cannot be found.`);
  return found;
}

/** All management groups: those of the estate, and the tenant's root group, which every tenant has. */
export function managementGroups(context: SandboxContext): ObjectOf<'azure-management-group'>[] {
  const root = rootGroup(context);
  const given = context.store.list('azure-management-group');
  return given.some((g) => g.id.toLowerCase() === root.id) ? given : [...given, root];
}

/** Id of the management group above; what names none lies below the root group, which lies below nothing. */
export function parentOf(context: SandboxContext, child: { id: string; parent?: string | undefined }): string | undefined {
  const root = rootGroup(context).id;
  return child.id.toLowerCase() === root ? undefined : (child.parent ?? root);
}

/** Azure names the root group by the tenant's id. */
function rootGroup(context: SandboxContext): ObjectOf<'azure-management-group'> {
  const id = tenantId(context).toLowerCase();
  return { kind: 'azure-management-group', ours: false, id, displayName: 'Tenant Root Group', denied: [] };
}

export function tenantId(context: SandboxContext): string {
  return entraClient(context.store).tenantId;
}

/** The id of a management group as a scope. */
export function managementGroupScope(id: string): string {
  return `/providers/Microsoft.Management/managementGroups/${id}`;
}

function groupAndAbove(context: SandboxContext, id: string): string[] {
  const group = findManagementGroup(context, id);
  const parent = parentOf(context, group);
  return [canonical(managementGroupScope(group.id)), ...(parent === undefined ? [] : groupAndAbove(context, parent))];
}

/** The scope itself, its resource group where it lies in one, its subscription. */
function insideSubscription(scope: string): string[] {
  const [, type, id, below, group] = scope.split('/');
  const subscription = `/${type}/${id}`;
  return [...new Set([scope, ...(below === 'resourcegroups' && group ? [`${subscription}/${below}/${group}`] : []), subscription])];
}

/** Whether the estate takes an operation from the worker at this scope; ARM compares operations without regard to case. */
export function isDenied(scope: { denied: string[] }, operation: string): boolean {
  return scope.denied.some((d) => d.toLowerCase() === operation.toLowerCase());
}

/** Throws ArmError 403 when the worker lacks an operation at a subscription, management group or `/`; a subscription's goes for what lies below it. */
export function refuseDenied(context: SandboxContext, scope: string, operation: string): void {
  if (deniedAt(context, scope).some((d) => d.toLowerCase() === operation.toLowerCase())) throw unauthorized(operation, scope);
}

/** What the estate takes from the worker at a subscription, management group or `/`. */
export function deniedAt(context: SandboxContext, scope: string): readonly string[] {
  const wanted = canonical(scope);
  const [subscription] = context.store.list('azure-subscription', { part: holderOf(scope) });
  const group = context.store.list('azure-management-group').find((g) => canonical(managementGroupScope(g.id)) === wanted);
  const root = wanted === '/' ? context.store.list('azure-root')[0] : undefined;
  return (subscription ?? group ?? root)?.denied ?? [];
}

/** ARM's words for a permission that is missing. */
export function unauthorized(operation: string, scope: string): ArmError {
  return new ArmError(
    403,
    'AuthorizationFailed',
    `The client does not have authorization to perform action '${operation}' over scope '${scope}' or the scope is invalid.`,
  );
}
