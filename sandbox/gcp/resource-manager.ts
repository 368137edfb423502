import { z } from 'zod';
import type { SandboxContext, SandboxRequest, SandboxResponse, SandboxService } from '../service.ts';
import { activeProject, demand, denies } from './hierarchy.ts';
import { getIamPolicy, setIamPolicy } from './policy-calls.ts';
import { answer, etagOf, GcpError, page, permissionDenied, readBody } from './wire.ts';

const CREATED = '2022-03-01T08:00:00Z';

/** Google's Resource Manager API v3: organizations, folders and projects with their policies, listings and searches. */
export const gcpResourceManagerService: SandboxService = {
  prefix: '/gcp-crm',
  handle: (request, context) => answer(request, context, () => route(request, context)),
};

function route(request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const path = decodeURIComponent(request.path);
  const call = `${request.method} ${path}`;
  const policy = /^POST \/v3\/((?:organizations|folders|projects)\/[^/]+):(get|set)IamPolicy$/.exec(call);
  if (policy?.[1]) {
    const resource = policyResource(context, policy[1]);
    demand(context, resource, `resourcemanager.${resource.split('/')[0]}.${policy[2]}IamPolicy`);
    return policy[2] === 'get' ? getIamPolicy(request, context, resource) : setIamPolicy(request, context, resource);
  }
  const tested = /^POST \/v3\/((?:organizations|folders|projects)\/[^/]+):testIamPermissions$/.exec(call);
  if (tested?.[1]) return testPermissions(request, context, policyResource(context, tested[1]));
  const one = /^GET \/v3\/(organizations|folders|projects)\/([^/]+)$/.exec(call);
  if (one?.[1] && one[2]) return { status: 200, body: resourceWire(context, one[1], one[2]) };
  const many = /^GET \/v3\/(organizations|folders|projects)(:search)?$/.exec(call);
  if (many?.[1] && (many[2] || many[1] !== 'organizations')) {
    const parent = many[2] ? searchedParent(request) : listedParent(request, context);
    if (!many[2] && parent) demand(context, parent, `resourcemanager.${many[1]}.list`);
    // A listing shows what is to be deleted only when asked; a search always does.
    const deleted = many[2] !== undefined || request.query.get('showDeleted') === 'true';
    const seen = many[2] === undefined ? () => true : visible(context, many[1]);
    const shown = children(context, many[1], parent).filter((c) => (deleted || c.state === 'ACTIVE') && seen(c));
    return page(many[1], shown, request);
  }
  throw new GcpError('NOT_FOUND', `Method not found: ${call}.`);
}

const Tested = z.object({ permissions: z.array(z.string().regex(/^[\w.]+$/)).max(100) });

/** Which of these the caller has there; needs no permission itself. */
function testPermissions(request: SandboxRequest, context: SandboxContext, resource: string): SandboxResponse {
  const { permissions } = readBody(request, Tested);
  const held = permissions.filter((p) => context.permissions.has('gcp', p) && !denies(context, resource, p));
  return { status: 200, body: held.length > 0 ? { permissions: held } : {} };
}

/** The resource as estate objects name it; a project by its id. Throws GcpError 403 for what is unknown or shut down. */
function policyResource(context: SandboxContext, name: string): string {
  const [type = '', id = ''] = name.split('/');
  if (type === 'projects') return `projects/${activeProject(context, id).projectId}`;
  resourceWire(context, type, id);
  return name;
}

function resourceWire(context: SandboxContext, type: string, id: string): object {
  const [found] = all(context, type, id);
  if (!found) throw permissionDenied(`${type}/${id}`);
  return found;
}

/** Of organisations all: they lie below nothing. */
function children(context: SandboxContext, type: string, parent: string | undefined): Resource[] {
  return all(context, type).filter((r) => parent === undefined || r.parent === undefined || r.parent === parent);
}

/** A search shows only what the caller may get. */
function visible(context: SandboxContext, type: string): (found: { name: string }) => boolean {
  return ({ name }) =>
    context.permissions.has('gcp', `resourcemanager.${type}.get`) && !denies(context, name, `resourcemanager.${type}.get`);
}

function listedParent(request: SandboxRequest, context: SandboxContext): string {
  const parent = request.query.get('parent') ?? '';
  const [, type, id] = /^(organizations|folders)\/(\d+)$/.exec(parent) ?? [];
  if (!type || !id) throw new GcpError('INVALID_ARGUMENT', 'The parent is organizations/<number> or folders/<number>.');
  resourceWire(context, type, id);
  return parent;
}

function searchedParent(request: SandboxRequest): string | undefined {
  const query = request.query.get('query') ?? '';
  const parent = /^parent[:=]((?:organizations|folders)\/\d+)$/.exec(query)?.[1];
  if (query && !parent) throw new GcpError('INVALID_ARGUMENT', `The query '${query}' is not supported; use parent:<resource>.`);
  return parent;
}

interface Resource {
  name: string;
  state: string;
  parent?: string;
  projectId?: string;
}

/** Everything of a type in the estate, or the one of an id, as the API shows it. */
function all({ store }: SandboxContext, type: string, only?: string): Resource[] {
  const wanted = (...ids: string[]) => only === undefined || ids.includes(only);
  const wire = (object: object, fields: Resource & { displayName: string; directoryCustomerId?: string }) => {
    return { ...fields, createTime: CREATED, updateTime: CREATED, etag: etagOf(JSON.stringify(object)) };
  };
  switch (type) {
    case 'projects':
      return store
        .list('gcp-project')
        .filter((p) => wanted(p.projectId, p.number))
        .map((p) => {
          const { number, parent, projectId, state } = p;
          return wire(p, { name: `projects/${number}`, parent, projectId, displayName: projectId, state });
        });
    case 'folders':
      return store
        .list('gcp-folder')
        .filter((f) => wanted(f.id))
        .map((f) => {
          const { id, parent, displayName, state } = f;
          return wire(f, { name: `folders/${id}`, parent, displayName, state });
        });
    default:
      return store
        .list('gcp-organization')
        .filter((o) => wanted(o.id))
        .map((o) => {
          const { id, displayName } = o;
          return wire(o, { name: `organizations/${id}`, displayName, directoryCustomerId: 'C00sandbox', state: 'ACTIVE' });
        });
  }
}
