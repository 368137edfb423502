import type { SandboxContext, SandboxRequest, SandboxResponse, SandboxService } from '../service.ts';
import { keptAddress } from './addresses.ts';
import { below, demand } from './hierarchy.ts';
import { readBindings } from './policies.ts';
import { answer, GcpError, page } from './wire.ts';

const MANAGER = 'cloudresourcemanager.googleapis.com';
const ACCOUNT = 'iam.googleapis.com/ServiceAccount';
const TYPES: Record<string, string> = { organizations: 'Organization', folders: 'Folder', projects: 'Project' };

/** The real one gives 500 a page and counts 400 searches a minute: with pages as small as elsewhere here, a client that minds that would wait without need. */
const MOST_PAGES = 3;

/** Cloud Asset Inventory v1: searchAllIamPolicies below an organisation, for the types of asset that have policies here. */
export const gcpAssetInventoryService: SandboxService = {
  prefix: '/gcp-asset',
  handle: (request, context) => answer(request, context, () => search(request, context)),
};

function search(request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const path = decodeURIComponent(request.path);
  const [, scope] = /^\/v1\/(organizations\/\d+):searchAllIamPolicies$/.exec(path) ?? [];
  if (request.method !== 'GET' || !scope) throw new GcpError('NOT_FOUND', `Method not found: ${request.method} ${path}.`);
  demand(context, scope, 'cloudasset.assets.searchAllIamPolicies');
  if (request.query.get('query')) throw new GcpError('INVALID_ARGUMENT', 'The sandbox searches without a query only.');
  const types = request.query.getAll('assetTypes');
  return page('results', found(context, scope, types, request.query.has('pageToken')), request, MOST_PAGES);
}

type Result = ReturnType<typeof result>;

/** By what was searched: all pages of a search show how it was at the first. */
const searched = new WeakMap<SandboxContext, Map<string, Result[]>>();

function found(context: SandboxContext, scope: string, types: string[], goesOn: boolean): Result[] {
  const searches = searched.get(context) ?? new Map<string, Result[]>();
  searched.set(context, searches);
  const key = [scope, ...types].join(' ');
  const before = goesOn ? searches.get(key) : undefined;
  const all =
    before ??
    below(context, scope)
      .flatMap((resource) => [resource, ...accountsIn(context, resource)])
      .map((resource) => result(context, resource))
      .filter((r) => r.policy.bindings.length > 0 && (types.length === 0 || types.includes(r.assetType)));
  searches.set(key, all);
  return all;
}

function accountsIn(context: SandboxContext, resource: string): string[] {
  const accounts = context.store.list('gcp-service-account', { part: resource.replace(/^projects\//, '') });
  return accounts.map((a) => `${resource}/serviceAccounts/${keptAddress(context, a)}`);
}

/** A resource without a policy of its own is in no answer; a service account is named by its unique id. */
function result(context: SandboxContext, resource: string) {
  const policy = { bindings: readBindings(context, resource) };
  const [project, address] = resource.split('/serviceAccounts/');
  if (address === undefined) {
    const type = TYPES[resource.split('/')[0] ?? ''] ?? '';
    return { resource: `//${MANAGER}/${resource}`, assetType: `${MANAGER}/${type}`, policy };
  }
  const uniqueId = context.store
    .list('gcp-service-account', { part: project?.replace(/^projects\//, '') ?? '' })
    .find((a) => keptAddress(context, a) === address)?.uniqueId;
  return { resource: `//iam.googleapis.com/${project}/serviceAccounts/${uniqueId}`, assetType: ACCOUNT, policy };
}
