import { nativeId, type SystemId } from '../../model/names.ts';
import type { ReadContext } from '../cloud.ts';
import type { Harmless } from './assets.ts';
import type { GcpApi } from './wire/clients.ts';
import { readCustomRoles } from './custom-roles.ts';
import { demandPolicy } from './wire/policies.ts';
import { lookForOidcProject, readOidcProject } from './oidc-project.ts';
import type { GcpSnapshot, OidcProject } from './snapshot.ts';

/**
 * One organisation, folder or project: its IAM policy, and for the manifest's OIDC project (or, when it names none, for each project
 * with a pool that trusts this tenant) the pools, providers and service accounts too. Any listing that fails throws. A policy that
 * `harmless` names is not read.
 */
export async function readGcp(api: GcpApi, system: SystemId, context: ReadContext, harmless?: Harmless): Promise<GcpSnapshot> {
  const resource = nativeId(system);
  const oidc = await readOidc(api, resource, context);
  const ourselves = await api.ourselves();
  const grants = oidc ? undefined : harmless?.get(resource);
  const policy = grants === undefined ? { policy: await demandPolicy(api, resource) } : { policy: {}, notRead: { grants } };
  const customRoles = await readCustomRoles(api, resource, policy.policy);
  return {
    system,
    resource,
    ...policy,
    ourselves: named(ourselves, oidc, resource),
    ...(customRoles ? { customRoles } : {}),
    ...(oidc ? { oidc } : {}),
  };
}

async function readOidc(api: GcpApi, resource: string, context: ReadContext): Promise<OidcProject | undefined> {
  const [type, id = ''] = resource.split('/');
  if (type !== 'projects') return undefined;
  const oidcProject: string | undefined = context.manifest.gcp?.oidcProject;
  if (oidcProject === undefined) return await lookForOidcProject(api, id, context);
  return id === oidcProject ? await readOidcProject(api, id, context) : undefined;
}

/** Credentials name a project by its number; everything else here goes by its id. */
function named(ourselves: string[], oidc: OidcProject | undefined, resource: string): string[] {
  return ourselves.map((name) => (oidc ? name.replace(`projects/${oidc.projectNumber}/`, `${resource}/`) : name));
}
