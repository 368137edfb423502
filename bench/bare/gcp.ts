import { connectGoogle } from '../../activities/gcp/wire/clients.ts';
import type { Policy } from '../../activities/gcp/snapshot.ts';
import type { Manifest } from '../../model/manifest.ts';
import { each, listed } from '../../model/selector.ts';
import { together } from './pool.ts';

const COLLECTOR = 'ciem-collector@';
const POOL = 'mciem-wi-pool';

/** Reads the policy of each project; answers what takes the collector's account out of each, and then itself with its pool. */
export async function gcp(manifest: Manifest, most: number): Promise<() => Promise<number>> {
  const api = connectGoogle(manifest.waits.settle);
  const [home = ''] = each(manifest.gcp?.oidcProject);
  const found: { resource: string; policy: Policy }[] = [];
  await together(listed(manifest.gcp?.projects), most, async (project) => {
    const resource = `projects/${project}`;
    const policy = await api.getPolicy(resource);
    if (policy && grants(policy) > 0) found.push({ resource, policy });
  });
  return async () => {
    await together(found, most, async ({ resource, policy }) => {
      await api.setPolicy(resource, without(policy));
    });
    const account = `projects/${home}/serviceAccounts/${COLLECTOR}${home}.iam.gserviceaccount.com`;
    const entry = await api.getPolicy(account);
    if (entry) await api.setPolicy(account, { ...entry, bindings: [] });
    const pool = `projects/${home}/locations/global/workloadIdentityPools/${POOL}`;
    for (const provider of await api.listProviders(pool)) await api.deletePool(provider.name);
    await api.deletePool(pool);
    await api.deleteServiceAccount(account);
    return found.reduce((sum, f) => sum + grants(f.policy), 4);
  };
}

const isOurs = (member: string) => member.includes(COLLECTOR);

function grants({ bindings = [] }: Policy): number {
  return bindings.flatMap((b) => b.members).filter(isOurs).length;
}

function without(policy: Policy): Policy {
  const bindings = (policy.bindings ?? []).map((b) => ({ ...b, members: b.members.filter((m) => !isOurs(m)) }));
  return { ...policy, bindings: bindings.filter((b) => b.members.length > 0) };
}
