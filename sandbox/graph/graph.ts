import { resourcesOf } from '../entra/clouds.ts';
import { Unauthorized, verifyBearer } from '../entra/tokens.ts';
import type { SandboxContext, SandboxRequest, SandboxResponse, SandboxService } from '../service.ts';
import { deleteApplication, getApplication, listApplications, listFederatedIdentityCredentials, type Key } from './applications.ts';
import { getDeletedItem, listDeletedItems, restoreDeletedItem } from './deleted-items.ts';
import { userToWire } from './directory-objects.ts';
import { deleteAppRoleAssignment, deleteRoleAssignment, listAppRoleAssignments, listEligibilities, listRoleAssignments } from './grants.ts';
import { listAuthorizationSystems, listSignInActivities } from './reports.ts';
import { getServicePrincipal, listServicePrincipals, patchServicePrincipal } from './service-principals.ts';
import { entity, GraphError, notFound } from './wire.ts';

/** Microsoft Graph v1.0, and of beta two listings: applications, service principals, deleted items, directory role assignments and users, as far as this project asks. */
export const graphService: SandboxService = {
  prefix: '/graph',
  async handle(request, context) {
    try {
      await verifyBearer(request, context, resourcesOf(context).graph);
      return route(request, context);
    } catch (error) {
      if (error instanceof GraphError) return error.toResponse(context);
      if (error instanceof Unauthorized)
        return new GraphError(401, 'InvalidAuthenticationToken', 'The access token is missing or invalid.').toResponse(context);
      throw error;
    }
  },
};

type Handler = (names: string[], request: SandboxRequest, context: SandboxContext) => SandboxResponse;

const ROUTES: [method: string, path: RegExp, handler: Handler][] = [
  ['GET', /^applications$/, (_, r, c) => listApplications(r, c)],
  ['GET', /^applications(?:\/([^/]+)|\(appId='([^']+)'\))$/, (n, r, c) => getApplication(keyOf(n), r, c)],
  ['DELETE', /^applications(?:\/([^/]+)|\(appId='([^']+)'\))$/, (n, _, c) => deleteApplication(keyOf(n), c)],
  [
    'GET',
    /^applications(?:\/([^/]+)|\(appId='([^']+)'\))\/federatedIdentityCredentials$/,
    (n, r, c) => listFederatedIdentityCredentials(keyOf(n), r, c),
  ],
  ['GET', /^directory\/deletedItems\/microsoft\.graph\.(application|servicePrincipal)$/, ([n = ''], r, c) => listDeletedItems(n, r, c)],
  ['GET', /^directory\/deletedItems\/([^/]+)$/, ([n = ''], r, c) => getDeletedItem(n, r, c)],
  ['POST', /^directory\/deletedItems\/([^/]+)\/(?:microsoft\.graph\.)?restore$/, ([n = ''], r, c) => restoreDeletedItem(n, r, c)],
  ['GET', /^servicePrincipals$/, (_, r, c) => listServicePrincipals(r, c)],
  ['GET', /^servicePrincipals(?:\/([^/]+)|\(appId='([^']+)'\))$/, (n, r, c) => getServicePrincipal(keyOf(n), r, c)],
  ['PATCH', /^servicePrincipals(?:\/([^/]+)|\(appId='([^']+)'\))$/, (n, r, c) => patchServicePrincipal(keyOf(n), r, c)],
  ['GET', /^servicePrincipals\/([^/]+)\/appRoleAssignments$/, ([n = ''], r, c) => listAppRoleAssignments(n, r, c)],
  ['DELETE', /^servicePrincipals\/([^/]+)\/appRoleAssignments\/([^/]+)$/, ([n = '', id = ''], _, c) => deleteAppRoleAssignment(n, id, c)],
  ['GET', /^roleManagement\/directory\/roleAssignments$/, (_, r, c) => listRoleAssignments(r, c)],
  ['DELETE', /^roleManagement\/directory\/roleAssignments\/([^/]+)$/, ([n = ''], _, c) => deleteRoleAssignment(n, c)],
  ['GET', /^roleManagement\/directory\/roleEligibilityScheduleInstances$/, (_, r, c) => listEligibilities(r, c)],
  ['GET', /^users\/([^/]+)$/, ([n = ''], r, c) => getUser(n, r, c)],
];

/** What v1.0 does not have. */
const BETA: typeof ROUTES = [
  ['GET', /^reports\/servicePrincipalSignInActivities$/, (_, r, c) => listSignInActivities(r, c)],
  ['GET', /^external\/authorizationSystems$/, (_, r, c) => listAuthorizationSystems(r, c)],
];

function route(request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const [, version, path = ''] = /^\/(v1\.0|beta)\/(.+)$/.exec(decodeURIComponent(request.path)) ?? [];
  for (const [method, pattern, handler] of version === 'beta' ? BETA : ROUTES) {
    const match = method === request.method ? pattern.exec(path) : null;
    if (match) return handler(match.slice(1), request, context);
  }
  throw new GraphError(400, 'BadRequest', `Resource not found for ${request.method} ${request.path}.`);
}

function keyOf([id, appId]: (string | undefined)[]): Key {
  return id === undefined ? { property: 'appId', value: appId ?? '' } : { property: 'id', value: id };
}

function getUser(key: string, request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const wanted = key.toLowerCase();
  const found = context.store.list('entra-user').find((u) => u.id.toLowerCase() === wanted || u.userPrincipalName.toLowerCase() === wanted);
  if (!found) throw notFound(key);
  return entity(userToWire(found), 'users', request, context);
}
