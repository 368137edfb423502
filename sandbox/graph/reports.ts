import type { SandboxContext, SandboxRequest, SandboxResponse } from '../service.ts';
import { collection, demandPermission, GraphError } from './wire.ts';

/** GET /beta/reports/servicePrincipalSignInActivities: principals that never signed in have no row. Throws GraphError 403. */
export function listSignInActivities(request: SandboxRequest, context: SandboxContext): SandboxResponse {
  demandPermission(context, 'AuditLog.Read.All');
  const at = (when: string | undefined) => (when === undefined ? null : { lastSignInDateTime: when, lastSignInRequestId: null });
  const used = context.store.list('entra-service-principal').filter((p) => p.signIns.application ?? p.signIns.delegated);
  const values = used.map(({ appId, signIns }) => ({
    id: Buffer.from(appId).toString('base64url'),
    appId,
    lastSignInActivity: at(
      [signIns.application, signIns.delegated]
        .filter((s) => s !== undefined)
        .toSorted()
        .at(-1),
    ),
    applicationAuthenticationClientSignInActivity: at(signIns.application),
    applicationAuthenticationResourceSignInActivity: null,
    delegatedClientSignInActivity: null,
    delegatedResourceSignInActivity: at(signIns.delegated),
  }));
  return collection(values, 'reports/servicePrincipalSignInActivities', request, context);
}

/** GET /beta/external/authorizationSystems, as long as the estate has any. Throws GraphError 404. */
export function listAuthorizationSystems(request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const systems = context.store.list('entra-authorization-system');
  if (systems.length === 0) throw new GraphError(404, 'NotFound', 'The service behind this resource was retired.');
  const values = systems.map((s) => ({
    '@odata.type': `#microsoft.graph.${s.type}AuthorizationSystem`,
    id: Buffer.from(s.id).toString('base64url'),
    authorizationSystemId: s.id,
    authorizationSystemName: s.name,
    authorizationSystemType: s.type,
    permissionsModificationCapability: s.permissionsModificationCapability,
  }));
  return collection(values, 'external/authorizationSystems', request, context);
}
