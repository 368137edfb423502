import { nativeId, type SystemId } from '../../model/names.ts';
import type { ReadContext } from '../kind.ts';
import type { GcpApi } from './clients.ts';
import { orGone } from './gone.ts';
import { DELETED, type AccountWithPolicy, type GcpSnapshot, type OidcProject } from './snapshot.ts';

/** Policies are read side by side, few enough to stay far below IAM's read quota (6,000 a minute and project). */
const POLICIES_AT_ONCE = 8;

/**
 * One organisation, folder or project: its IAM policy, and for the manifest's OIDC project the pools, providers and service accounts
 * too. Any listing that fails throws.
 */
export async function readGcp(api: GcpApi, system: SystemId, context: ReadContext): Promise<GcpSnapshot> {
  const resource = nativeId(system);
  const policy = await api.getPolicy(resource);
  const oidcProject = context.manifest.gcp?.oidcProject;
  if (oidcProject === undefined || resource !== `projects/${oidcProject}`) return { system, resource, policy };
  return { system, resource, policy, oidc: await readOidcProject(api, oidcProject) };
}

async function readOidcProject(api: GcpApi, projectId: string): Promise<OidcProject> {
  const [projectNumber, pools, accounts] = await Promise.all([
    api.projectNumber(projectId),
    api.listPools(projectId),
    api.listServiceAccounts(projectId),
  ]);
  const live = pools.filter((p) => p.state !== DELETED);
  const withProviders = await Promise.all(live.map(async (p) => ({ ...p, providers: await api.listProviders(p.name) })));
  const serviceAccounts: AccountWithPolicy[] = [];
  for (let from = 0; from < accounts.length; from += POLICIES_AT_ONCE) {
    const batch = accounts.slice(from, from + POLICIES_AT_ONCE).map(async (account) => {
      const policy = await orGone(() => api.getPolicy(account.name));
      return policy === undefined ? [] : [{ ...account, policy }];
    });
    serviceAccounts.push(...(await Promise.all(batch)).flat());
  }
  return { projectNumber, pools: withProviders, serviceAccounts };
}
