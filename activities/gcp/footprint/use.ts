import type { Anchors } from '../../../model/finding.ts';
import { judgeAccounts } from './accounts.ts';
import { grantsOf } from './grants.ts';
import { poolOf } from './members.ts';
import { lastSegment, type GcpSnapshot, type Pool } from '../snapshot.ts';

/** Pools through which an account of ours was recently used, by name, with that use in words. Pure. */
export function usedPools(snapshot: GcpSnapshot, anchors: Anchors): Map<string, string> {
  const judged = snapshot.oidc ? judgeAccounts(snapshot.oidc, anchors) : [];
  return new Map(
    judged.flatMap(({ verdict, trust, used }) =>
      used !== undefined && verdict.whose === 'ours' ? trust.map((t) => [t.pool.pool.name, used] as const) : [],
    ),
  );
}

/** Who uses a shared pool besides us, as far as its own project tells: accounts its identities act as, and roles they hold themselves. */
export function usersOf(pool: Pool, snapshot: GcpSnapshot, anchors: Anchors): string[] {
  const { oidc } = snapshot;
  if (!oidc) return [];
  const id = lastSegment(pool.name);
  const inPool = (member: string) => poolOf(member, oidc.projectNumber) === id;
  const ours = new Set(judgeAccounts(oidc, anchors).flatMap((j) => (j.verdict.whose === 'ours' ? [j.account.email] : [])));
  const accounts = oidc.serviceAccounts
    .filter((a) => !ours.has(a.email) && grantsOf(a.name, a.policy).some((g) => inPool(g.member)))
    .map((a) => a.email);
  const roles = grantsOf(snapshot.resource, snapshot.policy).filter((g) => inPool(g.member));
  return [
    ...(accounts.length > 0 ? [`its identities act as ${accounts.join(', ')}`] : []),
    ...(roles.length > 0 ? [`they hold ${roles.map((g) => `${g.role} on ${g.resource}`).join(', ')}`] : []),
  ];
}

/** What Policy Analyzer knows of an account's last use, in words; it tells days. */
export function usedWords(email: string, at: Date): string {
  return `${email} authenticated on ${at.toISOString().slice(0, 10)}, as Policy Analyzer tells`;
}
