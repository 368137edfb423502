import type { SandboxContext, SandboxResponse } from '../service.ts';
import { findSubscription, refuseDenied } from './scopes.ts';
import { ArmError } from './wire.ts';

/** GET …/Microsoft.Security/pricings/{name} (2024-01-01). Throws ArmError 403 or 404. */
export function getPlan(context: SandboxContext, subscription: string, name: string): SandboxResponse {
  demandSecurity(context, subscription, 'Microsoft.Security/pricings/read');
  const plans = context.store.list('azure-defender-plan', { part: subscription.toLowerCase() });
  const plan = plans.find((p) => p.name.toLowerCase() === name.toLowerCase());
  const body = {
    id: `/subscriptions/${subscription}/providers/Microsoft.Security/pricings/${plan?.name ?? name}`,
    name: plan?.name ?? name,
    type: 'Microsoft.Security/pricings',
    properties: plan
      ? { pricingTier: plan.pricingTier, freeTrialRemainingTime: 'PT0S', extensions: plan.extensions }
      : { pricingTier: 'Free', freeTrialRemainingTime: 'P30D' },
  };
  return { status: 200, body };
}

/** GET …/Microsoft.Security/securityConnectors (2023-10-01-preview) of a subscription. Throws ArmError 403 or 404. */
export function listConnectors(context: SandboxContext, subscription: string): object[] {
  demandSecurity(context, subscription, 'Microsoft.Security/securityConnectors/read');
  const connectors = context.store.list('azure-security-connector', { part: subscription.toLowerCase() });
  return connectors.map((c) => ({
    id: `/subscriptions/${c.subscription}/resourceGroups/${c.resourceGroup}/providers/Microsoft.Security/securityConnectors/${c.name}`,
    name: c.name,
    type: 'Microsoft.Security/securityConnectors',
    location: 'westeurope',
    properties: { environmentName: c.environmentName, hierarchyIdentifier: c.hierarchyIdentifier, offerings: c.offerings },
  }));
}

function demandSecurity(context: SandboxContext, id: string, operation: string): void {
  const scope = `/subscriptions/${id}`;
  refuseDenied(context, scope, operation);
  if (findSubscription(context, scope)?.security !== false) return;
  throw new ArmError(404, 'Subscription Not Registered', 'Please register to Microsoft.Security in order to view your security status');
}
