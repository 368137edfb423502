import type { Finding } from '../../../../model/finding.ts';
import { combine } from '../../../../model/guards/combine.ts';
import { recentlyUsed } from '../../../../model/guards/recent-use.ts';
import { found, type Footprint } from '../../../kind.ts';
import { judgeAccounts } from '../../footprint/accounts.ts';
import { grantId, accountGrant, GRANTS, grantsOf, type AccountGrant, withGrant } from '../../footprint/grants.ts';
import { poolToken, serviceAccountToken } from '../../footprint/ownership.ts';
import { withOidc, type GcpSnapshot } from '../../snapshot.ts';

/** What identities of the pool hold on the service account: `roles/iam.workloadIdentityUser`, MEPM's way in. */
export const footprint: Footprint<GcpSnapshot> = {
  ...GRANTS,
  name: 'gcp-impersonation-binding',
  match(snapshot, facts) {
    if (!snapshot.oidc) return { findings: [], bystanders: [] };
    const findings = judgeAccounts(snapshot.oidc, facts).flatMap(({ account, verdict, trust, used }) => {
      if (verdict.whose !== 'ours') return [];
      return trust.map(({ grant, pool }): Finding => ({
        ...found('gcp-impersonation-binding', snapshot.system, grantId(grant)),
        title: `${grant.role} of ${grant.member} on ${account.email}`,
        phase: 'permissions',
        why: [`lets the workload identity pool act as ${account.email}`, ...pool.why],
        confidence: verdict.confidence,
        risk: 'takeover',
        stage: 'impersonation',
        snapshot: accountGrant(grant, account.uniqueId),
        provides: [],
        uses: [serviceAccountToken(account.email), poolToken(pool.pool.name)],
        standsFor: [account.email, pool.pool.name],
        ...combine(recentlyUsed(used)),
      }));
    });
    const seen = snapshot.oidc.serviceAccounts.reduce((sum, a) => sum + grantsOf(a.name, a.policy).length, 0);
    return { findings, bystanders: [], seen };
  },
  putBack(snapshot, own) {
    const { resource } = own.item.snapshot as AccountGrant;
    return withOidc(snapshot, (oidc) => ({
      ...oidc,
      serviceAccounts: oidc.serviceAccounts.map((a) => (a.name === resource ? { ...a, policy: withGrant(a.policy, own) } : a)),
    }));
  },
};
