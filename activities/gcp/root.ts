import type { Manifest } from '../../model/manifest.ts';
import type { ReadContext, Walked } from '../cloud.ts';
import { RefusedError } from '../refused-error.ts';
import type { GcpApi } from './wire/clients.ts';

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
  const live = projects.filter((p) => p.state === 'ACTIVE');
  const parents = new Set(live.flatMap((p) => p.parent ?? []));
  return {
    systems: live.map((p) => `gcp:${p.resource}` as const),
    leftOut: projects
      .filter((p) => p.state !== 'ACTIVE')
      .map((p) => ({ system: `gcp:${p.resource}`, reason: `its state is ${p.state || 'not told'}` })),
    unknown: [...parents].map((parent) => ({
      system: `gcp:${parent}`,
      reason:
        'the worker cannot see the organisation above its projects, what that holds and what else is in it; let it get the organisation',
    })),
    described: projects.map(({ resource, name, parent }) => ({
      system: `gcp:${resource}`,
      ...(name === undefined ? {} : { name }),
      ...(parent === undefined ? {} : { parent: `gcp:${parent}` as const }),
    })),
  };
}
