import type { Finding } from '../../../../model/finding.ts';
import { combine } from '../../../../model/guards/combine.ts';
import { recentlyUsed } from '../../../../model/guards/recent-use.ts';
import type { Kind } from '../../../kind.ts';
import { judgeAccounts } from '../../footprint/accounts.ts';
import type { GcpApi } from '../../wire/clients.ts';
import { grantJson, grantsInPlace, plannedGrant, readGrant, removeGrants, undoGrant } from '../grants.ts';
import { grantId, grantsOf } from '../policy.ts';
import type { GcpSnapshot } from '../../snapshot.ts';

/** What identities of the pool hold on the service account: `roles/iam.workloadIdentityUser`, MEPM's way in. */
export const gcpImpersonationBinding: Kind<GcpSnapshot, GcpApi> = {
  name: 'gcp-impersonation-binding',
  match(snapshot, anchors) {
    if (!snapshot.oidc) return { findings: [], sightings: [] };
    const findings = judgeAccounts(snapshot.oidc, anchors).flatMap(({ account, verdict, trust, used }) => {
      if (verdict.whose !== 'ours') return [];
      return trust.map(({ grant, pool }): Finding => ({
        kind: 'gcp-impersonation-binding',
        system: snapshot.system,
        id: `gcp-impersonation-binding:${grantId(grant)}`,
        title: `${grant.role} of ${grant.member} on ${account.email}`,
        phase: 'permissions',
        why: [`lets the workload identity pool act as ${account.email}`, ...pool.why],
        confidence: verdict.confidence,
        risk: 'takeover',
        stage: 'impersonation',
        snapshot: grantJson(grant, account.uniqueId),
        provides: [],
        uses: [`gcp:service-account:${account.email}`, `gcp:pool:${pool.pool.name}`],
        ...combine(recentlyUsed(used)),
      }));
    });
    const seen = snapshot.oidc.serviceAccounts.reduce((sum, a) => sum + grantsOf(a.name, a.policy).length, 0);
    return { findings, sightings: [], seen };
  },
  read: readGrant,
  inPlace: grantsInPlace,
  remove: removeGrants,
  writeKey: (item) => plannedGrant(item).resource,
  undo: undoGrant,
};
