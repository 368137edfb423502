import type { ObjectOf } from '../objects.ts';
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
  if (group !== undefined) return [...managementGroups(context, group), '/'];
  const subscription = findSubscription(context, start);
  if (!subscription)
    throw new ArmError(404, 'InvalidScope', `The scope '${scope}' is neither a management group, a subscription nor below one.`);
  const above = subscription.parent ? managementGroups(context, subscription.parent) : [];
  return [...insideSubscription(start), ...above, '/'];
}

/** The subscription a scope lies in, or undefined outside of any. Throws ArmError 404 SubscriptionNotFound. */
export function findSubscription(context: SandboxContext, scope: string): ObjectOf<'azure-subscription'> | undefined {
  const id = SUBSCRIPTION.exec(canonical(scope))?.[1];
  if (id === undefined) return undefined;
  const found = context.store.list('azure-subscription').find((s) => s.id.toLowerCase() === id);
  if (!found) throw new ArmError(404, 'SubscriptionNotFound', `The subscription '${id}' could not be found.`);
  return found;
}

/** The management group with this id. Throws ArmError 404. */
export function findManagementGroup(context: SandboxContext, id: string): ObjectOf<'azure-management-group'> {
  const found = context.store.list('azure-management-group').find((g) => g.id.toLowerCase() === id.toLowerCase());
  if (!found) throw new ArmError(404, 'NotFound', `The management group '${id}' cannot be found.`);
  return found;
}

/** The id of a management group as a scope. */
export function managementGroupScope(id: string): string {
  return `/providers/Microsoft.Management/managementGroups/${id}`;
}

function managementGroups(context: SandboxContext, id: string): string[] {
  const group = findManagementGroup(context, id);
  return [canonical(managementGroupScope(group.id)), ...(group.parent ? managementGroups(context, group.parent) : [])];
}

function insideSubscription(scope: string): string[] {
  const [subscription = '', resourceGroup = ''] = [/^\/subscriptions\/[^/]+/, /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+/].map(
    (pattern) => pattern.exec(scope)?.[0] ?? '',
  );
  return [...new Set([scope, resourceGroup, subscription])].filter(Boolean);
}
