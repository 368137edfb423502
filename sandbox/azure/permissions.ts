import type { SandboxContext } from '../service.ts';
import { deniedAt, scopeAndAbove } from './scopes.ts';

/** GET {scope}/providers/Microsoft.Authorization/permissions (2022-04-01): what the caller may do there. Throws ArmError 404. */
export function grantedAt(context: SandboxContext, scope: string): object[] {
  scopeAndAbove(context, scope);
  const actions = context.permissions.given('azure') ?? ['*'];
  return [{ actions, notActions: deniedAt(context, scope), dataActions: [], notDataActions: [] }];
}
