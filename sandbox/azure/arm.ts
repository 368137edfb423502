import { resourcesOf } from '../entra/client.ts';
import { Unauthorized, verifyBearer } from '../entra/tokens.ts';
import { answerOf, type Route, type SandboxService } from '../service.ts';
import { getPlan, listConnectors } from './defender.ts';
import { listDeploymentStacks, listResourceGroups } from './deployment-stacks.ts';
import { getManagementGroup, getSubscription, listDescendants, listLocks, listManagementGroups, listSubscriptions } from './hierarchy.ts';
import { createAssignment, deleteAssignment, getAssignment, listAssignments, listEligibilities } from './role-assignments.ts';
import { azureNeed } from '../permissions/azure.ts';
import { grantedAt } from './permissions.ts';
import { unauthorized } from './scopes.ts';
import { ArmError, page } from './wire.ts';

const API_VERSION = /^\d{4}-\d{2}-\d{2}(-preview)?$/;

/**
 * Azure Resource Manager: role assignments (2022-04-01), locks, subscriptions, management groups, deployment stacks, and Defender's plans and connectors,
 * each as far as this project reads it.
 */
export const armService: SandboxService = {
  prefix: '/arm',
  async handle(request, context) {
    try {
      await verifyBearer(request, context, resourcesOf(context).arm);
      if (!API_VERSION.test(request.query.get('api-version') ?? ''))
        throw new ArmError(
          400,
          'MissingApiVersionParameter',
          'The api-version query parameter (?api-version=) is required for all requests.',
        );
      // The client joins its endpoint and a scope that starts with a slash, so several slashes in a row are usual.
      const path = `/${decodeURIComponent(request.path).split('/').filter(Boolean).join('/')}`;
      const need = azureNeed(request.method, path);
      const missing = need && context.permissions.missing('azure', need);
      if (need?.showsNone === true && missing !== undefined) return { status: 200, body: { value: [] } };
      if (missing !== undefined) throw unauthorized(missing, path.replace(/\/providers\/[^/]+\/[^/]+(?:\/[^/]+)?$/, '') || '/');
      const answer = answerOf(ROUTES, path, { ...request, path }, context);
      if (!answer) throw new ArmError(404, 'ResourceNotFound', `No resource answers ${request.method} ${path}.`);
      return answer;
    } catch (error) {
      if (error instanceof ArmError) return error.toResponse();
      if (!(error instanceof Unauthorized)) throw error;
      const refused = new ArmError(401, 'InvalidAuthenticationToken', 'The access token is missing or invalid.').toResponse();
      return { ...refused, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };
    }
  },
};

const GROUPS = '/providers/Microsoft.Management/managementGroups';
const ASSIGNMENTS = '(.*?)/providers/Microsoft.Authorization/roleAssignments';
const ONE_ASSIGNMENT = `${ASSIGNMENTS}/([^/]+)`;

const ROUTES: Route[] = (
  [
    ['GET', ASSIGNMENTS, ([s], r, c) => page(listAssignments(c, s || '/', r.query.get('$filter')), r, c)],
    ['GET', ONE_ASSIGNMENT, ([s, name = ''], _, c) => getAssignment(c, s || '/', name)],
    ['DELETE', ONE_ASSIGNMENT, ([s, name = ''], _, c) => deleteAssignment(c, s || '/', name)],
    ['PUT', ONE_ASSIGNMENT, ([s, name = ''], r, c) => createAssignment(c, s || '/', name, r)],
    ['GET', '(.*?)/providers/Microsoft.Authorization/locks', ([s], r, c) => page(listLocks(c, s || '/'), r, c)],
    ['GET', '(.*?)/providers/Microsoft.Authorization/permissions', ([s], r, c) => page(grantedAt(c, s || '/'), r, c)],
    ['GET', '/subscriptions', (_, r, c) => page(listSubscriptions(c), r, c)],
    ['GET', '/subscriptions/[^/]+', (_, r, c) => getSubscription(c, r.path)],
    ['GET', GROUPS, (_, r, c) => page(listManagementGroups(c), r, c)],
    ['GET', `${GROUPS}/([^/]+)`, ([id = ''], r, c) => getManagementGroup(c, id, r.query.get('$expand') === 'children')],
    ['GET', `${GROUPS}/([^/]+)/descendants`, ([id = ''], r, c) => page(listDescendants(c, id), r, c)],
    ['GET', '/subscriptions/([^/]+)/providers/Microsoft.Security/pricings/([^/]+)', ([id = '', name = ''], _, c) => getPlan(c, id, name)],
    [
      'GET',
      '/subscriptions/([^/]+)/providers/Microsoft.Security/securityConnectors',
      ([id = ''], r, c) => page(listConnectors(c, id), r, c),
    ],
    ['GET', '/subscriptions/([^/]+)/resourcegroups', ([id = ''], r, c) => page(listResourceGroups(c, id), r, c)],
    [
      'GET',
      '(.*?)/providers/Microsoft.Authorization/roleEligibilityScheduleInstances',
      ([s], r, c) => page(listEligibilities(c, s || '/', r.query.get('$filter')), r, c),
    ],
    ['GET', '(.+)/providers/Microsoft.Resources/deploymentStacks', ([s = ''], r, c) => page(listDeploymentStacks(c, s), r, c)],
  ] satisfies [string, string, Route[2]][]
).map(([method, path, handler]) => [method, new RegExp(`^${path}$`, 'i'), handler]);
