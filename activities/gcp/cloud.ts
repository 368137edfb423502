import { nativeId } from '../../model/names.ts';
import type { Cloud, ReadContext } from '../cloud.ts';
import { putBack } from '../put-back.ts';
import { askedOnce } from '../asked-once.ts';
import { assetFilter } from './assets.ts';
import { gcpFacts } from './facts.ts';
import { GCP_KINDS } from './kinds/index.ts';
import { GCP_ORDER } from './order.ts';
import { ownAccessAtResource } from './own-access/read.ts';
import { demandPolicy } from './wire/policies.ts';
import { gcpRights } from './rights.ts';
import { readGcp } from './reader.ts';
import { rootOfGcp, walkGcp } from './walk.ts';
import type { GcpSnapshot } from './snapshot.ts';
import { classifyGcp } from './wire/classify.ts';
import { connectGoogle, type GcpApi } from './wire/clients.ts';

/** Google Cloud: organisations, folders and projects (`gcp:organizations/<n>`, `gcp:folders/<n>`, `gcp:projects/<id>`). */
export function gcpCloud(): Cloud<GcpSnapshot, GcpApi> {
  // One client for all systems, made at first use: its access token serves them all. Manifests may wait differently long.
  const clients = new Map<number, GcpApi>();
  const connected = ({ manifest: { waits } }: Pick<ReadContext, 'manifest'>) => {
    const client = clients.get(waits.settle) ?? connectGoogle(waits.settle);
    clients.set(waits.settle, client);
    return Promise.resolve(client);
  };
  const harmless = assetFilter();
  return {
    type: 'gcp',
    order: GCP_ORDER,
    connect: (_system, context) => connected(context),
    async read(client, system, context) {
      // Cloud Asset may be minutes behind: right before a removal each policy is read itself.
      const spared = context.own ? undefined : await harmless(client, context);
      return putBack(GCP_KINDS, await readGcp(client, system, context, spared), context);
    },
    glance: (api) =>
      Object.assign(Object.create(api) as GcpApi, {
        getPolicy: askedOnce((resource: string) => api.getPolicy(resource)),
        getServiceAccount: askedOnce((name: string) => api.getServiceAccount(name)),
      }),
    root: async (context) => rootOfGcp(await connected(context), context),
    walk: async (context) => walkGcp(await connected(context), context),
    facts: gcpFacts,
    kinds: GCP_KINDS,
    classify: classifyGcp,
    ownAccess: ownAccessAtResource,
    rights: gcpRights(connected),
    async probe(client, system) {
      await demandPolicy(client, nativeId(system));
    },
  };
}
