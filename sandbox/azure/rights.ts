import type { SandboxContext } from '../service.ts';
import { canonical, managementGroupScope } from './scopes.ts';
import { ArmError } from './wire.ts';

/** Whether the estate takes an operation from the worker at this scope; ARM compares operations without regard to case. */
export function isDenied(scope: { denied: string[] }, operation: string): boolean {
  return scope.denied.some((d) => d.toLowerCase() === operation.toLowerCase());
}

/** Throws ArmError 403 when the worker lacks an operation at a subscription or management group; a subscription's goes for what lies below it. */
export function refuseDenied(context: SandboxContext, scope: string, operation: string): void {
  const wanted = canonical(scope);
  const subscription = context.store
    .list('azure-subscription')
    .find((s) => `${wanted}/`.startsWith(`${canonical(`/subscriptions/${s.id}`)}/`));
  const group = context.store.list('azure-management-group').find((g) => canonical(managementGroupScope(g.id)) === wanted);
  const holder = subscription ?? group;
  if (!holder || !isDenied(holder, operation)) return;
  throw new ArmError(
    403,
    'AuthorizationFailed',
    `The client does not have authorization to perform action '${operation}' over scope '${scope}' or the scope is invalid.`,
  );
}
