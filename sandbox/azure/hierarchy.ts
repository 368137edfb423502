import type { ObjectOf } from '../objects.ts';
import type { SandboxContext, SandboxResponse } from '../service.ts';
import {
  canonical,
  findManagementGroup,
  findSubscription,
  isDenied,
  managementGroups,
  managementGroupScope,
  parentOf,
  refuseDenied,
  scopeAndAbove,
  tenantId,
} from './scopes.ts';
import { ArmError } from './wire.ts';

const GROUP = 'Microsoft.Management/managementGroups';
const GROUP_READ = `${GROUP}/read`;

/** GET /subscriptions/{id}. Throws ArmError 404 SubscriptionNotFound. */
export function getSubscription(context: SandboxContext, path: string): SandboxResponse {
  const subscription = findSubscription(context, path);
  if (!subscription) throw new ArmError(404, 'SubscriptionNotFound', `${path} is not a subscription.`);
  return { status: 200, body: subscriptionToWire(context, subscription) };
}

/** GET /subscriptions: those the caller may see. */
export function listSubscriptions(context: SandboxContext): object[] {
  const seen = context.store.list('azure-subscription').filter((s) => !isDenied(s, 'Microsoft.Resources/subscriptions/read'));
  return seen.map((s) => subscriptionToWire(context, s));
}

/** GET /providers/Microsoft.Management/managementGroups/{id} (2021-04-01), with its direct children when `children` is true. */
export function getManagementGroup(context: SandboxContext, id: string, children: boolean): SandboxResponse {
  const group = findManagementGroup(context, id);
  const above = parentOf(context, group);
  const parent = above === undefined ? undefined : findManagementGroup(context, above);
  const details = parent
    ? { parent: { id: managementGroupScope(parent.id), name: parent.id, displayName: parent.displayName ?? parent.id } }
    : {};
  const wire = groupToWire(context, group);
  const expanded = children ? { children: childrenOf(context, group.id) } : {};
  return { status: 200, body: { ...wire, properties: { ...wire.properties, details, ...expanded } } };
}

/** GET /providers/Microsoft.Management/managementGroups: those the caller may see. */
export function listManagementGroups(context: SandboxContext): object[] {
  const seen = managementGroups(context).filter((g) => !isDenied(g, GROUP_READ));
  return seen.map((g) => groupToWire(context, g));
}

/** GET …/managementGroups/{id}/descendants (2020-05-01): groups and subscriptions at any depth below. Throws ArmError 403 or 404. */
export function listDescendants(context: SandboxContext, id: string): object[] {
  const group = findManagementGroup(context, id);
  refuseDenied(context, managementGroupScope(group.id), GROUP_READ);
  return below(context, group.id);
}

function below(context: SandboxContext, parentId: string): object[] {
  const parent = { id: managementGroupScope(parentId) };
  const children = childrenOf(context, parentId);
  const groups = children.filter((c) => c.type === GROUP);
  return [
    ...children.map(({ displayName, ...child }) => ({ ...child, properties: { displayName, parent } })),
    ...groups.flatMap((g) => below(context, g.name)),
  ];
}

/** Groups and subscriptions right below a management group. */
function childrenOf(context: SandboxContext, parentId: string): { id: string; type: string; name: string; displayName: string }[] {
  const isChild = (o: { id: string; parent?: string | undefined }) => parentOf(context, o)?.toLowerCase() === parentId.toLowerCase();
  const wire = (type: string, id: string, o: { id: string; displayName?: string | undefined }) => {
    return { id, type, name: o.id, displayName: o.displayName ?? o.id };
  };
  const groups = managementGroups(context).filter(isChild);
  const subscriptions = context.store.list('azure-subscription').filter(isChild);
  return [
    ...groups.map((g) => wire(GROUP, managementGroupScope(g.id), g)),
    ...subscriptions.map((s) => wire('/subscriptions', `/subscriptions/${s.id}`, s)),
  ];
}

/** Locks at a scope, inherited from above, and below it (Microsoft.Authorization/locks 2020-05-01). */
export function listLocks(context: SandboxContext, scope: string): object[] {
  const above = scopeAndAbove(context, scope);
  const below = `${canonical(scope)}/`;
  return context.store
    .list('azure-lock')
    .filter((l) => above.includes(canonical(l.scope)) || canonical(l.scope).startsWith(below))
    .map((l) => ({
      id: `${l.scope}/providers/Microsoft.Authorization/locks/${l.name}`,
      name: l.name,
      type: 'Microsoft.Authorization/locks',
      properties: { level: l.level },
    }));
}

function subscriptionToWire(context: SandboxContext, s: ObjectOf<'azure-subscription'>): object {
  return {
    id: `/subscriptions/${s.id}`,
    subscriptionId: s.id,
    tenantId: s.tenantId ?? tenantId(context),
    displayName: s.displayName ?? s.id,
    state: s.state,
    subscriptionPolicies: { locationPlacementId: 'Public_2014-09-01', quotaId: 'EnterpriseAgreement_2014-09-01', spendingLimit: 'Off' },
    authorizationSource: 'RoleBased',
  };
}

function groupToWire(context: SandboxContext, g: ObjectOf<'azure-management-group'>) {
  return {
    id: managementGroupScope(g.id),
    type: GROUP,
    name: g.id,
    properties: { tenantId: tenantId(context), displayName: g.displayName ?? g.id },
  };
}
