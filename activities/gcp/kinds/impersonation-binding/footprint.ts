import type { Facts, Finding } from '../../../../model/finding.ts';
import { doubt } from '../../../../model/guards/doubt.ts';
import { combine } from '../../../../model/guards/combine.ts';
import { recentlyUsed } from '../../../../model/guards/recent-use.ts';
import type { SystemId } from '../../../../model/names.ts';
import { found, type Footprint } from '../../../kind.ts';
import type { CiemWay } from '../../footprint/condition.ts';
import { judgeAccounts, type AccountVerdict } from '../../footprint/accounts.ts';
import { grantId, accountGrant, GRANTS, grantsOf, type AccountGrant, type Grant, withGrant } from '../../footprint/grants.ts';
import { poolHeldBy, whatIsDeleted } from '../../footprint/holders.ts';
import { poolToken, serviceAccountToken } from '../../footprint/ownership.ts';
import { lastSegment, projectOf, withOidc, type AccountWithPolicy, type GcpSnapshot } from '../../snapshot.ts';

/** What identities of the pool hold on the service account: `roles/iam.workloadIdentityUser`, MEPM's way in. */
export const footprint: Footprint<GcpSnapshot> = {
  ...GRANTS,
  name: 'gcp-impersonation-binding',
  match(snapshot, facts) {
    const { oidc } = snapshot;
    if (!oidc) return { findings: [], bystanders: [] };
    const elsewhere = oidc.elsewhere ?? [];
    const findings = [
      ...judgeAccounts(oidc, facts).flatMap((judged) => onOurs(snapshot, judged)),
      ...[...oidc.serviceAccounts, ...elsewhere].flatMap((account) => onOthers(snapshot, account, facts)),
    ];
    const seen = [...oidc.serviceAccounts, ...elsewhere].reduce((sum, a) => sum + grantsOf(a.name, a.policy).length, 0);
    return { findings, bystanders: [], seen };
  },
  // Pools of two projects may act as one account.
  showsIn: (system) => system.startsWith('gcp:projects/'),
  putBack(snapshot, own) {
    const { resource } = own.item.snapshot as AccountGrant;
    const mended = (a: AccountWithPolicy) => (a.name === resource ? { ...a, policy: withGrant(a.policy, own) } : a);
    return withOidc(snapshot, (oidc) => ({
      ...oidc,
      serviceAccounts: oidc.serviceAccounts.map(mended),
      ...(oidc.elsewhere ? { elsewhere: oidc.elsewhere.map(mended) } : {}),
    }));
  },
};

/** On an account of the pool's own project: all that they hold on one that is ours; on another one only what a pool that is ours alone holds. */
function onOurs({ system }: GcpSnapshot, { account, verdict, trust, used }: AccountVerdict): Finding[] {
  if (verdict.whose === 'defender') return [];
  return trust
    .filter(({ pool }) => verdict.whose === 'ours' || pool.whose === 'ours')
    .map(({ grant, pool, confidence, ciem, doubt: doubted }) => ({
      ...common(system, grant, account, pool.pool.name, ciem),
      why: [`lets the workload identity pool act as ${account.email}`, ...pool.why],
      confidence,
      ...combine(recentlyUsed(used), doubt(doubted)),
    }));
}

/** On an account anywhere, what a pool that is ours alone and lies in another project, or is gone, holds. The account is somebody else's and stays. */
function onOthers({ system, oidc }: GcpSnapshot, account: AccountWithPolicy, facts: Facts): Finding[] {
  return grantsOf(account.name, account.policy).flatMap((grant) => {
    const pool = poolHeldBy(grant.member, facts);
    if (!pool || (projectOf(account.name) === projectOf(pool.name) && oidc?.pools.some((p) => p.name === pool.name))) return [];
    const why = [`lets the workload identity pool ${pool.name} act as ${account.email}; it is ours alone${whatIsDeleted(pool)}`];
    const doubted = pool.doubt === undefined ? undefined : `the pool ${lastSegment(pool.name)}, and that through ${pool.doubt}`;
    const { confidence } = pool;
    return [
      {
        ...common(system, grant, account, pool.name, pool.deleted === undefined ? 'unknown' : 'out'),
        why,
        confidence,
        ...combine(recentlyUsed(pool.usedRecently), doubt(doubted)),
      },
    ];
  });
}

function common(system: SystemId, grant: Grant, { email, uniqueId }: AccountWithPolicy, pool: string, ciem: CiemWay) {
  return {
    ...found('gcp-impersonation-binding', system, grantId(grant)),
    title: `${grant.role} of ${grant.member} on ${email}`,
    phase: 'permissions' as const,
    risk: 'takeover' as const,
    stage: 'impersonation',
    snapshot: accountGrant(grant, uniqueId),
    provides: [],
    uses: [serviceAccountToken(email), poolToken(pool)],
    within: [serviceAccountToken(email)],
    serves: [
      { token: serviceAccountToken(email), as: 'entry' as const, ...(ciem === 'in' ? {} : { mepm: ciem }) },
      { token: poolToken(pool), as: 'means' as const },
    ],
    enteredBy: [poolToken(pool)],
    ...(ciem === 'in' ? {} : { mepm: ciem }),
    standsFor: [email, pool],
  };
}
