import { resourcesOf } from '../entra/clouds.ts';
import { Unauthorized, verifyBearer } from '../entra/tokens.ts';
import type { SandboxContext, SandboxRequest, SandboxResponse, SandboxService } from '../service.ts';
import { getPlan, listConnectors } from './defender.ts';
import { listDeploymentStacks, listResourceGroups } from './deployment-stacks.ts';
import { listEligibilities } from './eligibilities.ts';
import { getManagementGroup, getSubscription, listDescendants, listLocks, listManagementGroups, listSubscriptions } from './hierarchy.ts';
import { refuseDenied } from './rights.ts';
import { createAssignment, deleteAssignment, getAssignment, listAssignments } from './role-assignments.ts';
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
      return route(request, context);
    } catch (error) {
      if (error instanceof ArmError) return error.toResponse();
      if (!(error instanceof Unauthorized)) throw error;
      const refused = new ArmError(401, 'InvalidAuthenticationToken', 'The access token is missing or invalid.').toResponse();
      return { ...refused, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };
    }
  },
};

function route(request: SandboxRequest, context: SandboxContext): SandboxResponse {
  // The client joins its endpoint and a scope that starts with a slash, so several slashes in a row are usual.
  const path = `/${decodeURIComponent(request.path).split('/').filter(Boolean).join('/')}`;
  const link = new URL(`${context.origin}/arm${path}?${request.query.toString()}`);
  const assignment = /^(.*?)\/providers\/Microsoft\.Authorization\/roleAssignments(?:\/([^/]+))?$/i.exec(path);
  if (assignment) return routeAssignment(request, context, assignment[1] || '/', assignment[2], link);
  if (request.method === 'GET') {
    const locks = /^(.*?)\/providers\/Microsoft\.Authorization\/locks$/i.exec(path);
    if (locks) return page(listLocks(context, locks[1] || '/'), link);
    const subscription = /^\/subscriptions\/([^/]+)$/i.exec(path);
    if (subscription) return getSubscription(context, path);
    const group = /^\/providers\/Microsoft\.Management\/managementGroups\/([^/]+)$/i.exec(path);
    if (group?.[1]) return getManagementGroup(context, group[1], request.query.get('$expand') === 'children');
    const descendants = /^\/providers\/Microsoft\.Management\/managementGroups\/([^/]+)\/descendants$/i.exec(path);
    if (descendants?.[1]) return page(listDescendants(context, descendants[1]), link);
    const plan = /^\/subscriptions\/([^/]+)\/providers\/Microsoft\.Security\/pricings\/([^/]+)$/i.exec(path);
    if (plan?.[1] && plan[2]) return getPlan(context, plan[1], plan[2]);
    const connectors = /^\/subscriptions\/([^/]+)\/providers\/Microsoft\.Security\/securityConnectors$/i.exec(path);
    if (connectors?.[1]) return page(listConnectors(context, connectors[1]), link);
    const groups = /^\/subscriptions\/([^/]+)\/resourcegroups$/i.exec(path);
    if (groups?.[1]) return page(listResourceGroups(context, groups[1]), link);
    const eligible = /^(.*?)\/providers\/Microsoft\.Authorization\/roleEligibilityScheduleInstances$/i.exec(path);
    if (eligible) {
      refuseDenied(context, eligible[1] || '/', 'Microsoft.Authorization/roleEligibilityScheduleInstances/read');
      return page(listEligibilities(context, eligible[1] || '/', request.query.get('$filter')), link);
    }
    const stacks = /^(.+)\/providers\/Microsoft\.Resources\/deploymentStacks$/i.exec(path);
    if (stacks?.[1]) return page(listDeploymentStacks(context, stacks[1]), link);
    if (/^\/subscriptions$/i.test(path)) return page(listSubscriptions(context), link);
    if (/^\/providers\/Microsoft\.Management\/managementGroups$/i.test(path)) return page(listManagementGroups(context), link);
  }
  throw new ArmError(404, 'ResourceNotFound', `No resource answers ${request.method} ${path}.`);
}

const RIGHTS: Record<string, string> = { DELETE: 'delete', PUT: 'write' };

function routeAssignment(
  request: SandboxRequest,
  context: SandboxContext,
  scope: string,
  name: string | undefined,
  link: URL,
): SandboxResponse {
  refuseDenied(context, scope, `Microsoft.Authorization/roleAssignments/${RIGHTS[request.method] ?? 'read'}`);
  if (name === undefined) {
    if (request.method === 'GET') return page(listAssignments(context, scope, request.query.get('$filter')), link);
    throw new ArmError(405, 'MethodNotAllowed', `${request.method} is not allowed on a listing.`);
  }
  switch (request.method) {
    case 'GET':
      return getAssignment(context, scope, name);
    case 'DELETE':
      return deleteAssignment(context, scope, name);
    case 'PUT':
      return createAssignment(context, scope, name, request.body);
    default:
      throw new ArmError(405, 'MethodNotAllowed', `${request.method} is not allowed on a role assignment.`);
  }
}
