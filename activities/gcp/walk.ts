import type { SystemId } from '../../model/names.ts';
import type { Described, ReadContext, Walked } from '../cloud.ts';
import type { TreeNode } from './wire/tree.ts';
import { failureWords } from './wire/classify.ts';
import type { GcpApi } from './wire/clients.ts';
import { exclusionOf } from '../../model/exclusion.ts';
import type { Manifest } from '../../model/manifest.ts';
import { RefusedError } from '../answer.ts';

/** Folders listed side by side: far below Resource Manager's read quota (600 a minute). */
const AT_ONCE = 4;

type Tree = Walked & { described: Described[] };

/**
 * What `folders: all` and `projects: all` stand for: everything below the manifest's organisation, level by level. A parent whose folders
 * or projects cannot be listed is `unknown`, with all that may be below it; what is about to be deleted is `leftOut`. Throws when nothing of
 * the organisation itself can be listed.
 */
export async function walkGcp(api: GcpApi, { manifest }: ReadContext): Promise<Walked> {
  const walked: Tree = { systems: [], leftOut: [], unknown: [], described: [] };
  const { organization, folders, projects } = manifest.gcp ?? {};
  if (organization === undefined) return projects === 'all' ? await visibleProjects(api) : walked;
  if (folders !== 'all' && projects !== 'all') return walked;
  let parents = [`organizations/${organization}`];
  while (parents.length > 0) {
    const found: TreeNode[] = [];
    for (let from = 0; from < parents.length; from += AT_ONCE) {
      const batch = parents.slice(from, from + AT_ONCE);
      found.push(...(await Promise.all(batch.map((parent) => childrenOf(api, parent, projects === 'all', walked)))).flat());
    }
    const live = liveOnes(
      found.filter((n) => !isExcluded(n, manifest, walked)),
      walked,
    ).map((n) => n.resource);
    parents = live.filter((r) => r.startsWith('folders/'));
    const wanted = live.filter((r) => (r.startsWith('folders/') ? folders : projects) === 'all');
    walked.systems.push(...wanted.map(systemOf));
  }
  return walked;
}

/** Whether the manifest leaves something out: what lies below is not asked for either. */
function isExcluded({ resource }: TreeNode, manifest: Manifest, walked: Walked): boolean {
  const system = systemOf(resource);
  const exclusion = exclusionOf(manifest, system);
  if (exclusion) (walked.excluded ??= []).push({ system, rule: exclusion.rule });
  return exclusion !== undefined;
}

/** Those that can be worked in; the others are left out, each with its state. */
function liveOnes<N extends TreeNode>(nodes: N[], walked: Walked): N[] {
  const [live, others] = [nodes.filter((n) => n.state === 'ACTIVE'), nodes.filter((n) => n.state !== 'ACTIVE')];
  walked.leftOut.push(
    ...others.map(({ resource, state }) => ({ system: systemOf(resource), reason: `its state is ${state || 'not told'}` })),
  );
  return live;
}

function systemOf(resource: string): SystemId {
  return `gcp:${resource}`;
}

function described({ resource, name }: TreeNode, parent: string | undefined): Described {
  return {
    system: systemOf(resource),
    ...(name === undefined ? {} : { name }),
    ...(parent === undefined ? {} : { parent: systemOf(parent) }),
  };
}

/** Direct children. What can be listed counts though the rest cannot; of the organisation at least something must be. */
async function childrenOf(api: GcpApi, parent: string, withProjects: boolean, walked: Tree): Promise<TreeNode[]> {
  const results = await Promise.allSettled([api.listFolders(parent), ...(withProjects ? [api.listProjects(parent)] : [])]);
  const failed = results.filter((r) => r.status === 'rejected');
  const [first] = failed;
  if (first && failed.length === results.length && parent.startsWith('organizations/')) throw first.reason;
  for (const { reason } of failed)
    walked.unknown.push({ system: `gcp:${parent}`, reason: `what is in it could not be listed whole: ${failureWords(reason)}` });
  const children = results.flatMap((r) => (r.status === 'fulfilled' ? r.value : []));
  walked.described.push(...children.map((child) => described(child, parent)));
  return children;
}

/**
 * The manifest with the organisation that `projects: all` hangs from, where it names none: the one the worker can see. As it stands where it sees
 * none. Throws RefusedError where it sees several, for a manifest names one.
 */
export async function rootOfGcp(api: Pick<GcpApi, 'searchOrganizations'>, { manifest }: ReadContext): Promise<Manifest> {
  const { gcp } = manifest;
  if (gcp?.projects !== 'all' || gcp.organization !== undefined) return manifest;
  const [organization, ...others] = await api.searchOrganizations();
  if (organization === undefined) return manifest;
  if (others.length > 0)
    throw new RefusedError(
      'SeveralOrganizations',
      `the worker can see the organisations ${[organization, ...others].join(', ')}, and a manifest names one; discover each by itself`,
    );
  return { ...manifest, gcp: { ...gcp, organization } };
}

/**
 * Where no organisation can be seen: the projects that can. What they lie below exists and cannot be seen, so it is `unknown`. Throws
 * RefusedError where nothing at all is visible: that is no permission, not an empty estate.
 */
export async function visibleProjects(api: Pick<GcpApi, 'searchProjects'>): Promise<Walked> {
  const projects = await api.searchProjects();
  if (projects.length === 0)
    throw new RefusedError(
      'NothingVisible',
      'the worker can see neither an organisation nor a project; give it the permissions of docs/clouds/gcp.md',
    );
  const walked: Walked = { systems: [], leftOut: [], unknown: [], described: projects.map((p) => described(p, p.parent)) };
  const live = liveOnes(projects, walked);
  walked.systems = live.map((p) => systemOf(p.resource));
  const reason =
    'the worker cannot see the organisation above its projects, what that holds and what else is in it; let it get the organisation';
  walked.unknown = [...new Set(live.flatMap((p) => p.parent ?? []))].map((parent) => ({ system: systemOf(parent), reason }));
  return walked;
}
