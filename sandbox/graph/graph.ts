import { resourcesOf } from '../entra/client.ts';
import { Unauthorized, verifyBearer } from '../entra/tokens.ts';
import { answerOf, type Route, type SandboxService } from '../service.ts';
import { getDeletedItem, listDeletedItems, restoreDeletedItem } from './deleted-items.ts';
import * as directory from './directory.ts';
import { deleteAppRoleAssignment, deleteRoleAssignment, listAppRoleAssignments, listEligibilities, listRoleAssignments } from './grants.ts';
import { listAuthorizationSystems, listSignInActivities } from './reports.ts';
import { graphNeed } from '../permissions/graph.ts';
import { GraphError, refused } from './wire.ts';

/** Microsoft Graph v1.0, and of beta two listings: applications, service principals, deleted items, directory role assignments and users, as far as this project asks. */
export const graphService: SandboxService = {
  prefix: '/graph',
  async handle(request, context) {
    try {
      await verifyBearer(request, context, resourcesOf(context).graph);
      const [, version, path = ''] = /^\/(v1\.0|beta)\/(.+)$/.exec(decodeURIComponent(request.path)) ?? [];
      const need = graphNeed(request.method, path);
      if (need && context.permissions.missing('graph', need) !== undefined) throw refused();
      const answer = answerOf(version === 'beta' ? BETA : ROUTES, path, request, context);
      if (!answer) throw new GraphError(400, 'BadRequest', `Resource not found for ${request.method} ${request.path}.`);
      return answer;
    } catch (error) {
      if (error instanceof GraphError) return error.toResponse(context);
      if (error instanceof Unauthorized)
        return new GraphError(401, 'InvalidAuthenticationToken', 'The access token is missing or invalid.').toResponse(context);
      throw error;
    }
  },
};

const ROUTES: Route[] = [
  ['GET', /^applications$/, directory.applications.list],
  ['GET', /^applications(?:\/([^/]+)|\(appId='([^']+)'\))$/, directory.applications.get],
  ['DELETE', /^applications(?:\/([^/]+)|\(appId='([^']+)'\))$/, (key, _, c) => directory.deleteApplication(key, c)],
  ['GET', /^applications(?:\/([^/]+)|\(appId='([^']+)'\))\/federatedIdentityCredentials$/, directory.listFederatedIdentityCredentials],
  ['POST', /^directoryObjects\/getByIds$/, (_, r, c) => directory.getByIds(r, c)],
  ['GET', /^directory\/deletedItems\/microsoft\.graph\.(application|servicePrincipal)$/, ([n = ''], r, c) => listDeletedItems(n, r, c)],
  ['GET', /^directory\/deletedItems\/([^/]+)$/, ([n = ''], r, c) => getDeletedItem(n, r, c)],
  ['POST', /^directory\/deletedItems\/([^/]+)\/(?:microsoft\.graph\.)?restore$/, ([n = ''], r, c) => restoreDeletedItem(n, r, c)],
  ['GET', /^servicePrincipals$/, directory.servicePrincipals.list],
  ['GET', /^servicePrincipals(?:\/([^/]+)|\(appId='([^']+)'\))$/, directory.servicePrincipals.get],
  ['PATCH', /^servicePrincipals(?:\/([^/]+)|\(appId='([^']+)'\))$/, directory.patchServicePrincipal],
  ['GET', /^servicePrincipals\/([^/]+)\/appRoleAssignments$/, ([n = ''], r, c) => listAppRoleAssignments(n, r, c)],
  ['DELETE', /^servicePrincipals\/([^/]+)\/appRoleAssignments\/([^/]+)$/, ([n = '', id = ''], _, c) => deleteAppRoleAssignment(n, id, c)],
  ['GET', /^roleManagement\/directory\/roleAssignments$/, (_, r, c) => listRoleAssignments(r, c)],
  ['DELETE', /^roleManagement\/directory\/roleAssignments\/([^/]+)$/, ([n = ''], _, c) => deleteRoleAssignment(n, c)],
  ['GET', /^roleManagement\/directory\/roleEligibilityScheduleInstances$/, (_, r, c) => listEligibilities(r, c)],
  ['POST', /^users\/([^/]+)\/checkMemberGroups$/, ([n = ''], r, c) => directory.checkMemberGroups(n, r, c)],
  ['GET', /^users\/([^/]+)$/, ([n = ''], r, c) => directory.getUser(n, r, c)],
];

/** What v1.0 does not have. */
const BETA: Route[] = [
  ['GET', /^reports\/servicePrincipalSignInActivities$/, (_, r, c) => listSignInActivities(r, c)],
  ['GET', /^external\/authorizationSystems$/, (_, r, c) => listAuthorizationSystems(r, c)],
];
