import type { Facts } from '../../model/finding.ts';
import { judgeAccounts } from './footprint/accounts.ts';
import type { GcpSnapshot } from './snapshot.ts';

/**
 * Pure: what a project tells the judging of others: the service accounts that are ours, and who the worker is. `earlier`: what an earlier plan
 * had proved.
 */
export function gcpFacts(snapshot: GcpSnapshot, tenantId: string, issuer: string, earlier?: Facts): Partial<Facts> {
  return {
    gcpServiceAccounts: [...provedBefore(snapshot, earlier), ...accountsOf(snapshot, tenantId, issuer)],
    ourselves: snapshot.ourselves,
  };
}

/** Once its impersonation is taken away nothing proves an account; by its unique id it is still the one that was proved. */
function provedBefore({ oidc }: GcpSnapshot, earlier: Facts | undefined): Facts['gcpServiceAccounts'] {
  const there = new Map(oidc?.serviceAccounts.map((a) => [a.uniqueId, a.email]));
  return (earlier?.gcpServiceAccounts ?? [])
    .filter((a) => there.get(a.uniqueId) === a.email)
    .map(({ email, uniqueId }) => {
      const usedRecently = oidc?.usedRecently[email];
      return { email, uniqueId, ...(usedRecently === undefined ? {} : { usedRecently }) };
    });
}

/** The service accounts that are certainly ours: whatever they hold anywhere is MEPM's. */
function accountsOf(snapshot: GcpSnapshot, tenantId: string, issuer: string): Facts['gcpServiceAccounts'] {
  if (!snapshot.oidc) return [];
  const facts: Facts = { tenantId, issuer, awsOidcRoles: [], gcpServiceAccounts: [] };
  return judgeAccounts(snapshot.oidc, facts).flatMap(({ account, verdict, used }) =>
    verdict.whose === 'ours' && verdict.confidence === 'certain'
      ? [{ email: account.email, uniqueId: account.uniqueId, ...(used === undefined ? {} : { usedRecently: used }) }]
      : [],
  );
}
