import { draftManifest } from '../../model/discovery.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { Deps } from '../deps.ts';
import { answerOf } from '../answer.ts';
import { demandTenant } from './offboarding.ts';
import type { PortalSnapshot } from '../portal/reader.ts';

export interface StartDiscoveryInput {
  run: string;
  /** As it was asked for: checked again here. */
  scope: unknown;
}

/** Opens a discovery: a manifest nobody has written yet, with the collectors the portal lists, if it still answers. Returns its address. */
export async function startDiscovery(deps: Deps, { run, scope }: StartDiscoveryInput): Promise<{ manifest: string }> {
  const manifest = draftManifest(scope, [], process.env['OFFBOARD_AWS_ROLE']);
  demandTenant(run, manifest.tenant.id);
  const collectors = (await portalCollectors(deps, manifest)) ?? [];
  return { manifest: await deps.artifacts.put(run, { ...manifest, collectors }) };
}

/** Undefined when the portal does not answer, as it does not since its retirement: that is no error. */
async function portalCollectors(deps: Deps, manifest: Manifest): Promise<Manifest['collectors'] | undefined> {
  const cloud = deps.clouds.portal;
  const system = `portal:${manifest.tenant.id}` as const;
  // A collector driven through the portal is what lets it be read.
  const asking = { ...manifest, collectors: [{ id: 'any', type: 'aws', driver: 'http', recipient: '' } as const] };
  const result = await answerOf(cloud, async () => {
    const snapshot: unknown = await cloud.read(await cloud.connect(system, { manifest: asking }), system, { manifest: asking });
    return (snapshot as PortalSnapshot).listed;
  });
  if (!result.ok) return undefined;
  return result.value?.map(({ id, type, name }) => ({ id, type, name, driver: 'http', recipient: '' }));
}
