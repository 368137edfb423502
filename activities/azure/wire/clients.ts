import { AuthorizationManagementClient, getContinuationToken, type RoleAssignment } from '@azure/arm-authorization';
import type { TokenCredential } from '@azure/core-auth';
import { bearerTokenAuthenticationPolicyName, type HttpClient, type PipelinePolicy } from '@azure/core-rest-pipeline';
import { doneOrGone, NotYetError, unlessGone } from '../../answer.ts';
import { pageMarks } from '../../page-marks.ts';
import type { Endpoint } from '../../microsoft/endpoints.ts';
import { existingIn } from '../../microsoft/existing.ts';
import { answersOnly, asksAgain, bounded, inTurn, NO_OWN_RETRIES, restTo, signed, staysAt } from '../../microsoft/rest.ts';
import { selfOf, type Self } from '../../microsoft/self.ts';
import { connectArm } from './arm.ts';
import { isGone } from './classify.ts';

/** A role assignment as both the listing and the single read give it; the part that makes its definition. */
export type Assignment = {
  /** ARM id, scope included. */
  id: string;
  scope: string;
  roleDefinitionId: string;
  principalId: string;
  principalType: string | null;
  condition: string | null;
  conditionVersion: string | null;
  description: string | null;
};

export type AzureApi = ReturnType<typeof connectAzure>;

/** What is used of ARM: Microsoft.Authorization, API version 2022-04-01, and what arm.ts names. Errors are RestError. `httpClient` is for tests. */
export function connectAzure(endpoint: Endpoint, credential: TokenCredential, directory: Endpoint, httpClient?: HttpClient) {
  // Every call below names its scope itself, so the client's own subscription is never used.
  const client = new AuthorizationManagementClient(credential, '', {
    endpoint: endpoint.url,
    credentialScopes: endpoint.tokenScope,
    ...(httpClient ? { httpClient } : {}),
    ...NO_OWN_RETRIES,
  });
  client.pipeline.removePolicy({ name: bearerTokenAuthenticationPolicyName });
  client.pipeline.addPolicy(signed(credential, endpoint.tokenScope), { phase: 'Sign' });
  client.pipeline.addPolicy(asksAgain);
  client.pipeline.addPolicy(staysAt(endpoint.url));
  client.pipeline.addPolicy(inTurn(endpoint));
  client.pipeline.addPolicy(bounded);
  client.pipeline.addPolicy(singleSlashes);
  client.pipeline.addPolicy(wholePages);
  client.pipeline.addPolicy(answersOnly);
  const { roleAssignments } = client;
  const graph = restTo({ ...directory, url: `${directory.url.replace(/\/$/, '')}/v1.0` }, credential);
  const list = async (scope: string, filter?: string) => {
    const all: Assignment[] = [];
    const follow = pageMarks(`the role assignments at ${scope}`);
    for await (const page of roleAssignments.listForScope(scope, filter === undefined ? {} : { filter }).byPage()) {
      const next = getContinuationToken(page);
      if (next) follow(next);
      all.push(...page.map(definition));
    }
    return all;
  };
  return {
    ...connectArm(endpoint, credential),
    /** Assignments of one principal at, above and below a scope, all pages. */
    listAssignments: (scope: string, principalId: string) => list(scope, `principalId eq '${principalId}'`),
    /** Everybody's, at, above and below a scope, all pages. */
    listAllAssignments: (scope: string) => list(scope),
    /** Which of these object ids the directory knows. */
    existing: (ids: readonly string[]) => existingIn(graph, ids),
    /** Of one principal, and besides what the principal holds through groups. */
    listAssignedTo: (scope: string, principalId: string) => list(scope, `assignedTo('${principalId}')`),
    self: (): Promise<Self> => selfOf(credential, endpoint.tokenScope),
    /** Reads one page of the assignments at a scope and forgets it. */
    touch: async (scope: string): Promise<void> => {
      await roleAssignments.listForScope(scope, { filter: 'atScope()' }).byPage().next();
    },
    /** Undefined where there is none. */
    getAssignment: (id: string) => unlessGone(isGone, async () => definition(await roleAssignments.getById(id))),
    /** Resolves also where there is none. */
    deleteAssignment: (id: string) => doneOrGone(isGone, () => roleAssignments.deleteById(id)),
    /** Makes it under the same id, with the same right; ARM answers the one that is there when it is the same. */
    putAssignment: async (assignment: Assignment): Promise<void> => {
      const { id, roleDefinitionId, principalId, principalType, condition, conditionVersion, description } = assignment;
      await roleAssignments.createById(id, {
        roleDefinitionId,
        principalId,
        // Without the type ARM looks the principal up, and may not see it yet where it was restored a moment ago.
        ...(principalType === null ? {} : { principalType }),
        ...(condition === null ? {} : { condition }),
        ...(conditionVersion === null ? {} : { conditionVersion }),
        ...(description === null ? {} : { description }),
      });
    },
  };
}

/** A page of a listing has its `value`, also where that is empty: without it the SDK would read "nothing there". */
const wholePages: PipelinePolicy = {
  name: 'wholePages',
  async sendRequest(request, next) {
    const response = await next(request);
    if (response.status !== 200 || !new URL(request.url).pathname.endsWith('/roleAssignments')) return response;
    const { value } = JSON.parse(response.bodyAsText ?? '{}') as { value?: unknown };
    if (Array.isArray(value)) return response;
    throw new NotYetError('NotAnAnswer', 'ARM gave a page of role assignments without a value');
  },
};

/** Scopes and ids begin with a slash, and so do the SDK's path templates. */
const singleSlashes: PipelinePolicy = {
  name: 'singleSlashes',
  sendRequest: (request, next) => {
    const url = new URL(request.url);
    url.pathname = url.pathname.replaceAll(/\/{2,}/g, '/');
    request.url = url.href;
    return next(request);
  },
};

/** Without createdOn, updatedOn and their users: they tell of the object's life, not of the right it gives. */
function definition(one: RoleAssignment): Assignment {
  const { id, scope, roleDefinitionId, principalId } = one;
  if (!id || !scope || !roleDefinitionId || !principalId)
    throw new Error(`ARM gave a role assignment without id, scope, role or principal: ${id ?? ''}`);
  return {
    id,
    scope,
    roleDefinitionId,
    principalId,
    principalType: one.principalType ?? null,
    condition: one.condition ?? null,
    conditionVersion: one.conditionVersion ?? null,
    description: one.description ?? null,
  };
}
