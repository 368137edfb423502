import type { Facts } from '../../model/finding.ts';
import { actingIn } from './footprint/acting.ts';
import { judgeAccounts, onboardedIn, usedPools } from './footprint/accounts.ts';
import { judgePool } from './footprint/ownership.ts';
import { projectOfAddress } from './footprint/members.ts';
import { projectOf, type GcpSnapshot } from './snapshot.ts';

/**
 * Pure: what an organisation, folder or project tells the judging of others: the service accounts and pools that are ours, who has a role of onboarding's, and who the
 * worker is. `earlier`: what an earlier plan had proved.
 */
export function gcpFacts(snapshot: GcpSnapshot, tenantId: string, issuer: string, earlier?: Facts): Partial<Facts> {
  const facts: Facts = { tenantId, issuer, awsOidcRoles: [], gcpServiceAccounts: [] };
  const before = provedBefore(snapshot, earlier);
  const marked = before.map((a) => a.email).filter((email) => earlier?.gcpOnboarded?.includes(email));
  return {
    gcpServiceAccounts: [...before, ...accountsOf(snapshot, facts)],
    gcpOnboarded: [...onboardedIn(snapshot), ...marked],
    gcpPools: [...poolsBefore(snapshot, earlier), ...poolsOf(snapshot, facts)],
    gcpActing: actingIn(snapshot),
    ourselves: snapshot.ourselves,
  };
}

/**
 * Once its impersonation is taken away nothing proves an account; by its unique id it is still the one that was proved. So is one that is not there any more, for
 * what it held.
 */
function provedBefore({ resource, oidc }: GcpSnapshot, earlier: Facts | undefined): Facts['gcpServiceAccounts'] {
  if (!oidc) return [];
  const there = new Map(oidc.serviceAccounts.map((a) => [a.uniqueId, a.email]));
  return (earlier?.gcpServiceAccounts ?? [])
    .filter((a) => resource === `projects/${projectOfAddress(a.email)}`)
    .map(({ usedRecently: _, gone: __, ...account }) => {
      if (there.get(account.uniqueId) !== account.email) return { ...account, gone: true };
      const usedRecently = oidc.usedRecently[account.email];
      return { ...account, ...(usedRecently === undefined ? {} : { usedRecently }) };
    });
}

/** The service accounts that are ours, each as surely as its verdict says: what they hold anywhere is MEPM's. */
function accountsOf({ oidc }: GcpSnapshot, facts: Facts): Facts['gcpServiceAccounts'] {
  if (!oidc) return [];
  return judgeAccounts(oidc, facts).flatMap(({ account, verdict, named, used }) =>
    verdict.whose === 'ours'
      ? [
          {
            email: account.email,
            uniqueId: account.uniqueId,
            confidence: verdict.confidence,
            ...(verdict.doubt === undefined ? {} : { doubt: verdict.doubt }),
            ...(named ? { named: true as const } : {}),
            ...(used === undefined ? {} : { usedRecently: used }),
          },
        ]
      : [],
  );
}

/** What the identities of a pool that is gone held is still what was proved, as long as no newcomer has its id: for 30 days nobody can. */
function poolsBefore({ resource, oidc, poolStates }: GcpSnapshot, earlier: Facts | undefined): NonNullable<Facts['gcpPools']> {
  const there = new Set(oidc?.pools.map((p) => p.name));
  return (earlier?.gcpPools ?? [])
    .filter((p) => resource === `projects/${projectOf(p.name)}` && !there.has(p.name))
    .flatMap(({ deleted: _, ...pool }) => {
      if (!poolStates) return [pool];
      const standing = poolStates[pool.name] ?? 'good';
      // Whoever has its id now made a pool of their own.
      return standing === 'live' ? [] : [{ ...pool, deleted: standing }];
    });
}

function poolsOf(snapshot: GcpSnapshot, facts: Facts): NonNullable<Facts['gcpPools']> {
  const { oidc } = snapshot;
  if (!oidc) return [];
  const used = usedPools(snapshot, facts);
  return oidc.pools.flatMap((p) => {
    const { pool, whose, confidence, doubt } = judgePool(p, facts);
    const usedRecently = used.get(pool.name);
    if (whose === 'other') return [];
    const shared = whose === 'shared' ? { shared: true as const } : {};
    const proof = { name: pool.name, projectNumber: oidc.projectNumber, confidence, ...shared };
    return [{ ...proof, ...(doubt === undefined ? {} : { doubt }), ...(usedRecently === undefined ? {} : { usedRecently }) }];
  });
}
