import type { Anchors } from '../../model/finding.ts';
import { nativeId } from '../../model/names.ts';
import type { Cloud } from '../cloud.ts';
import { judgeAccounts } from './footprint/accounts.ts';
import { assetFilter } from './assets.ts';
import { gcpBinding } from './kinds/binding/binding.ts';
import { classify } from './wire/classify.ts';
import { connectGoogle, type GcpApi } from './wire/clients.ts';
import { gcpImpersonationBinding } from './kinds/impersonation-binding/impersonation-binding.ts';
import { gcpCustomRole } from './kinds/custom-role/custom-role.ts';
import { withIdentities } from './footprint/identities.ts';
import { ownAccessAtResource } from './own-access/read.ts';
import { gcpPool } from './kinds/pool/pool.ts';
import { gcpProvider } from './kinds/provider/provider.ts';
import { readGcp } from './reader.ts';
import { rootOfGcp } from './root.ts';
import { gcpServiceAccount } from './kinds/service-account/service-account.ts';
import type { GcpSnapshot } from './snapshot.ts';
import { walkGcp } from './walk.ts';
import { GCP_ORDER } from './order.ts';

/** Google Cloud: organisations, folders and projects (`gcp:organizations/<n>`, `gcp:folders/<n>`, `gcp:projects/<id>`). */
export function gcpCloud(): Cloud<GcpSnapshot, GcpApi> {
  // One client for all systems, made at first use: its access token serves them all.
  let api: GcpApi | undefined;
  const connect = () => Promise.resolve((api ??= connectGoogle()));
  const harmless = assetFilter();
  return {
    type: 'gcp',
    order: GCP_ORDER,
    connect,
    read: async (client, system, context) => readGcp(client, system, context, await harmless(client, context)),
    root: async (context) => rootOfGcp(await connect(), context),
    walk: async (context) => walkGcp(await connect(), context),
    anchors: (snapshot, tenantId, issuer, earlier) => ({
      gcpServiceAccounts: [...provedBefore(snapshot, earlier), ...accountsOf(snapshot, tenantId, issuer)],
      ourselves: snapshot.ourselves,
    }),
    kinds: [gcpBinding, gcpCustomRole, gcpImpersonationBinding, gcpServiceAccount, gcpProvider, gcpPool].map((kind) => ({
      ...kind,
      match: (snapshot, anchors) => withIdentities(kind.match(snapshot, anchors)),
    })),
    classify,
    ownAccess: ownAccessAtResource,
    async probe(client, system) {
      await client.getPolicy(nativeId(system));
    },
  };
}

/** Once its impersonation is taken away nothing proves an account; by its unique id it is still the one that was proved. */
function provedBefore({ oidc }: GcpSnapshot, earlier: Anchors | undefined): Anchors['gcpServiceAccounts'] {
  const there = new Map(oidc?.serviceAccounts.map((a) => [a.uniqueId, a.email]));
  return (earlier?.gcpServiceAccounts ?? [])
    .filter((a) => there.get(a.uniqueId) === a.email)
    .map(({ email, uniqueId }) => {
      const usedRecently = oidc?.usedRecently[email];
      return { email, uniqueId, ...(usedRecently === undefined ? {} : { usedRecently }) };
    });
}

/** The service accounts that are certainly ours: whatever they hold anywhere is MEPM's. */
function accountsOf(snapshot: GcpSnapshot, tenantId: string, issuer: string): Anchors['gcpServiceAccounts'] {
  if (!snapshot.oidc) return [];
  const anchors: Anchors = { tenantId, issuer, awsOidcRoles: [], gcpServiceAccounts: [] };
  return judgeAccounts(snapshot.oidc, anchors).flatMap(({ account, verdict, used }) =>
    verdict.whose === 'ours' && verdict.confidence === 'certain'
      ? [{ email: account.email, uniqueId: account.uniqueId, ...(used === undefined ? {} : { usedRecently: used }) }]
      : [],
  );
}
