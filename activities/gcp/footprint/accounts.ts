import type { Facts } from '../../../model/finding.ts';
import { combine } from '../../../model/guards/combine.ts';
import { sharedServiceAccount } from '../../../model/guards/shared.ts';
import { DEFENDER, MEPM } from '../../../model/footprint.ts';
import { GCP_NAMES, judgePool, type PoolVerdict, type Verdict } from './ownership.ts';
import { grantsOf, type Grant } from './grants.ts';
import { poolOf } from './members.ts';
import { lastSegment, type AccountWithPolicy, type OidcProject, type GcpSnapshot, type Pool } from '../snapshot.ts';

/** The role that lets a pool's identities act as a service account. */
export const WORKLOAD_IDENTITY_USER = 'roles/iam.workloadIdentityUser';

/** Roles on a service account that let their members act as it. */
const IMPERSONATION_ROLES = new Set([
  WORKLOAD_IDENTITY_USER,
  'roles/iam.serviceAccountTokenCreator',
  'roles/iam.serviceAccountOpenIdTokenCreator',
  'roles/iam.serviceAccountUser',
]);

/** One service account with the pools of ours it trusts. */
export interface AccountVerdict {
  account: AccountWithPolicy;
  verdict: Verdict;
  /** What identities of those pools hold on it. */
  trust: { grant: Grant; pool: PoolVerdict }[];
  /** Its recent use, in words. */
  used?: string;
}

/**
 * A service account is ours when a pool with a provider of ours may act as it: nothing else gives MEPM a way in. In a shared pool, only
 * when the grant or the account's name singles MEPM out. Pure.
 */
export function judgeAccounts(oidc: OidcProject, facts: Facts): AccountVerdict[] {
  const pools = oidc.pools.map((p) => judgePool(p, facts)).filter((p) => p.whose !== 'other');
  return oidc.serviceAccounts.map((account) => {
    const used = oidc.usedRecently[account.email];
    return { ...judgeAccount(account, oidc.projectNumber, pools), ...(used === undefined ? {} : { used }) };
  });
}

function judgeAccount(account: AccountWithPolicy, projectNumber: string, pools: PoolVerdict[]): AccountVerdict {
  const grants = grantsOf(account.name, account.policy);
  const trust = grants.flatMap((grant) => {
    const pool = pools.find((p) => lastSegment(p.pool.name) === poolOf(grant.member, projectNumber));
    return pool && !(pool.whose === 'shared' && selectsOthers(grant)) ? [{ grant, pool }] : [];
  });
  const localPart = account.email.split('@')[0] ?? '';
  const names = [localPart, account.displayName].filter((n) => (GCP_NAMES.serviceAccount as readonly string[]).includes(n));
  const named = names.map((n) => `named ${n}`);
  if (localPart === DEFENDER.gcpServiceAccount) {
    const why = [`${account.email} is Microsoft Defender for Cloud's`];
    return { account, trust, verdict: { whose: 'defender', why } };
  }
  const workload = trust.filter((t) => t.grant.role === WORKLOAD_IDENTITY_USER);
  if (workload.length === 0) {
    const held = trust.map((t) => `${t.grant.role} held on it by the pool ${lastSegment(t.pool.pool.name)}`);
    const why = [...named, ...held, `but no pool of ours has ${WORKLOAD_IDENTITY_USER} on it`];
    return { account, trust, verdict: { whose: 'other', looksAlike: named.length > 0 || trust.length > 0, why } };
  }
  const why = [...new Set(workload.map((t) => `the workload identity pool ${lastSegment(t.pool.pool.name)} may act as it`)), ...named];
  const certain = workload.some(
    (t) => t.pool.confidence === 'certain' && (t.pool.whose === 'ours' || selectsCiem(t.grant) || named.length > 0),
  );
  const confidence = certain ? 'certain' : 'name-only';
  const doubt = certain ? [] : ['but that pool serves others too, or is not certainly ours'];
  return {
    account,
    trust,
    verdict: { whose: 'ours', confidence, why: [...why, ...doubt], ...combine(sharedServiceAccount(otherUsers(grants, trust))) },
  };
}

/** Who else may act as the account: they would lose it. */
function otherUsers(grants: Grant[], trust: AccountVerdict['trust']): string[] {
  const ours = new Set(trust.map((t) => t.grant));
  return grants.filter((g) => IMPERSONATION_ROLES.has(g.role) && !ours.has(g)).map((g) => `${g.member} (${g.role})`);
}

/** In a shared pool, a grant to another attribute (a repository, say) is for the pool's other users. */
function selectsOthers(grant: Grant): boolean {
  return /\/attribute\.[^/]+\/[^/]/.test(grant.member) && !selectsCiem(grant);
}

/** A grant to `…/attribute.appid/<CIEM app id>` is MEPM's even in a pool that others share. */
function selectsCiem(grant: Grant): boolean {
  return grant.member.toLowerCase().endsWith(`/attribute.appid/${MEPM.ciemAppId}`);
}

/** Pools through which an account of ours was recently used, by name, with that use in words. Pure. */
export function usedPools(snapshot: GcpSnapshot, facts: Facts): Map<string, string> {
  const judged = snapshot.oidc ? judgeAccounts(snapshot.oidc, facts) : [];
  return new Map(
    judged.flatMap(({ verdict, trust, used }) =>
      used !== undefined && verdict.whose === 'ours' ? trust.map((t) => [t.pool.pool.name, used] as const) : [],
    ),
  );
}

/** Who uses a shared pool besides us, as far as its own project tells: accounts its identities act as, and roles they hold themselves. */
export function usersOf(pool: Pool, snapshot: GcpSnapshot, facts: Facts): string[] {
  const { oidc } = snapshot;
  if (!oidc) return [];
  const id = lastSegment(pool.name);
  const inPool = (member: string) => poolOf(member, oidc.projectNumber) === id;
  const ours = new Set(judgeAccounts(oidc, facts).flatMap((j) => (j.verdict.whose === 'ours' ? [j.account.email] : [])));
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
