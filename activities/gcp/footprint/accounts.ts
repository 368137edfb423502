import type { Facts, Proof } from '../../../model/finding.ts';
import { combine } from '../../../model/guards/combine.ts';
import { sharedServiceAccount } from '../../../model/guards/shared.ts';
import { DEFENDER, MEPM } from '../../../model/footprint.ts';
import type { Confidence } from '../../../model/names.ts';
import { isOneOf } from '../../../model/one-of.ts';
import { comesFromToken, letsCiemIn, type CiemWay } from './condition.ts';
import { GCP_NAMES, isNamedLikeOurs, judgePool, judgeProvider, trustsTenant, type PoolVerdict, type Verdict } from './ownership.ts';
import { grantsOf, type Grant } from './grants.ts';
import { addressOf, deletedId, isAccount, poolMember, poolOf } from './members.ts';
import { riskOf } from './risk.ts';
import {
  DELETED,
  lastSegment,
  type AccountWithPolicy,
  type OidcProject,
  type GcpSnapshot,
  type Pool,
  type PoolWithProviders,
  type Provider,
} from '../snapshot.ts';

/** The role that lets a pool's identities act as a service account. */
export const WORKLOAD_IDENTITY_USER = 'roles/iam.workloadIdentityUser';

/** What identities of a pool of ours hold on an account, and how sure that is MEPM's. */
export interface Trust extends Pick<Proof, 'doubt'> {
  grant: Grant;
  pool: PoolVerdict;
  confidence: Confidence;
  /** Whether the CIEM application itself comes in by it. */
  ciem: CiemWay;
}

/** One service account with the pools of ours it trusts. */
export interface AccountVerdict {
  account: AccountWithPolicy;
  verdict: Verdict;
  /** By an id or a display name of onboarding's: a mark, which proves nothing by itself. */
  named: boolean;
  trust: Trust[];
  /** Its recent use, in words. */
  used?: string;
}

/**
 * A service account is ours when a pool with a provider of ours may act as it: nothing else gives MEPM a way in, and it is ours as surely as the surest of
 * these ways. In a pool that others share only a grant to the CIEM application itself singles MEPM out; no name does. Pure.
 */
export function judgeAccounts(oidc: OidcProject, facts: Facts): AccountVerdict[] {
  const pools = oidc.pools.map((p) => judgePool(p, facts)).filter((p) => p.whose !== 'other');
  return oidc.serviceAccounts.map((account) => {
    const used = oidc.usedRecently[account.email];
    return { ...judgeAccount(account, oidc.projectNumber, pools, facts), ...(used === undefined ? {} : { used }) };
  });
}

function judgeAccount(account: AccountWithPolicy, projectNumber: string, pools: PoolVerdict[], facts: Facts): AccountVerdict {
  const grants = grantsOf(account.name, account.policy);
  const trust = grants.flatMap((grant) => {
    const pool = pools.find((p) => lastSegment(p.pool.name) === poolOf(grant.member, projectNumber));
    return pool ? trustBy(grant, pool, facts).map((t) => ({ ...t, ciem: account.disabled ? 'out' : ciemBy(grant, pool.pool, facts) })) : [];
  });
  const localPart = account.email.split('@')[0] ?? '';
  const names = [localPart, account.displayName].filter((n) => isOneOf(GCP_NAMES.serviceAccount, n));
  const found = { account, named: names.length > 0, trust };
  if (localPart === DEFENDER.gcpServiceAccount)
    return { ...found, verdict: { whose: 'defender', why: [`${account.email} is Microsoft Defender for Cloud's`] } };
  const workload = trust.filter((t) => t.grant.role === WORKLOAD_IDENTITY_USER);
  const named = names.map((n) => `named ${n}`);
  const [surest] = workload.toSorted((a, b) => sureness(b) - sureness(a));
  if (surest === undefined) {
    const held = trust.map((t) => `${t.grant.role} held on it by the pool ${lastSegment(t.pool.pool.name)}`);
    const why = [...named, ...held, `but no pool of ours has ${WORKLOAD_IDENTITY_USER} on it`];
    return { ...found, verdict: { whose: 'other', looksAlike: named.length > 0 || trust.length > 0, why } };
  }
  const why = [...new Set(workload.map((t) => `the workload identity pool ${lastSegment(t.pool.pool.name)} may act as it`)), ...named];
  const { confidence, doubt } = surest;
  return {
    ...found,
    verdict: {
      whose: 'ours',
      confidence,
      why: confidence === 'certain' ? why : [...why, 'but that pool serves others too, or is not certainly ours'],
      ...(doubt === undefined ? {} : { doubt }),
      ...combine(sharedServiceAccount([...otherUsers(account, grants, trust, surest), ...others(account)])),
    },
  };
}

function sureness({ confidence, doubt }: Trust): number {
  return confidence === 'name-only' ? 0 : doubt === undefined ? 2 : 1;
}

/** What a grant to identities of a pool of ours proves; nothing where it is for the pool's other users. */
function trustBy(grant: Grant, pool: PoolVerdict, facts: Facts): Omit<Trust, 'ciem'>[] {
  const { confidence, doubt } = pool;
  const inPool = `the pool ${lastSegment(pool.pool.name)}`;
  const [, attribute, value] = /^attribute\.([^/]+)\/(.+)$/.exec(poolMember(grant.member)?.selector ?? '') ?? [];
  const isCiem = value?.toLowerCase() === MEPM.ciemAppId;
  const strangers = attribute !== undefined && isCiem ? giversOf(pool.pool, `attribute.${attribute}`, facts) : undefined;
  if (confidence === 'certain' && strangers?.length === 0) return [{ grant, pool, confidence }];
  if (pool.whose === 'ours')
    return [{ grant, pool, confidence, ...(doubt === undefined ? {} : { doubt: `${inPool}, and that through ${doubt}` }) }];
  if (attribute !== undefined && !isCiem) return [];
  if (strangers === undefined || confidence !== 'certain') return [{ grant, pool, confidence: 'name-only' }];
  const who = `a grant to attribute.${attribute}/${value} in ${inPool}, where ${strangers.join(', ')} may give others that value`;
  return [{ grant, pool, confidence, doubt: who }];
}

/** Whether the CIEM application comes in by a grant to identities of a pool: by one of the pool's providers, and as one of those that the grant is for. Microsoft's keys may be among uploaded ones. */
function ciemBy({ member, role, condition }: Grant, pool: PoolWithProviders, facts: Facts): CiemWay {
  if (pool.disabled || pool.state === DELETED) return 'out';
  const ways = pool.providers
    .filter((p) => p.state !== DELETED && !p.disabled && trustsTenant(p, facts))
    .map((p) => least(letsCiemIn(p), p.jwksJson === undefined ? 'in' : 'unknown', isFor(poolMember(member)?.selector ?? '', p)));
  const way = ways.includes('in') ? 'in' : ways.includes('unknown') ? 'unknown' : 'out';
  return least(way, condition === null && role === WORKLOAD_IDENTITY_USER ? 'in' : 'unknown');
}

/** Whether a grant's selector means the identity that a provider makes of the CIEM application. */
function isFor(selector: string, provider: Provider): CiemWay {
  if (selector === '*') return 'in';
  const [, attribute, value] = /^(attribute\.[^/]+)\/(.+)$/.exec(selector) ?? [];
  if (attribute === undefined || comesFromToken(provider, attribute) !== true) return 'unknown';
  return value?.toLowerCase() === MEPM.ciemAppId ? 'in' : 'out';
}

function least(...ways: CiemWay[]): CiemWay {
  return ways.includes('out') ? 'out' : ways.includes('unknown') ? 'unknown' : 'in';
}

/**
 * Which providers of a pool may give an identity the CIEM application's id as an attribute though it is not this tenant's CIEM application; undefined where
 * none of ours gives it at all. Defender's own sign in as that application, too.
 */
function giversOf({ providers }: PoolWithProviders, attribute: string, facts: Facts): string[] | undefined {
  const live = providers.filter((p) => p.state !== DELETED);
  const proves = (p: Provider) =>
    comesFromToken(p, attribute) === true && trustsTenant(p, facts) && judgeProvider(p, facts).whose !== 'defender';
  if (!live.some((p) => proves(p) && judgeProvider(p, facts).whose === 'ours')) return undefined;
  return live.filter((p) => comesFromToken(p, attribute) !== undefined && !proves(p)).map((p) => `the provider ${lastSegment(p.name)}`);
}

/**
 * Who else than itself may act as the account, or let others: they would lose it. Only what is known to look is known not to. Of the pools' own grants those that are less
 * sure than the surest may be others'.
 */
function otherUsers(account: AccountWithPolicy, grants: Grant[], trust: Trust[], surest: Trust): string[] {
  const ours = new Set(trust.filter((t) => sureness(t) === sureness(surest)).map((t) => t.grant));
  const isOther = (g: Grant) => riskOf(g.role) !== 'read' && !ours.has(g) && !isAccount(g.member, account);
  return grants.filter(isOther).map((g) => `${g.member} (${g.role})`);
}

/** By what else than a grant others may act as an account, as far as a reading tells. */
function others({ email, keys = [], keysUnseen }: AccountWithPolicy): string[] {
  const isDefault = /-compute@developer\.gserviceaccount\.com$|@appspot\.gserviceaccount\.com$/.test(email);
  return [
    ...(isDefault ? ['the workloads of its project, whose default account it is'] : []),
    ...keys.map((key) => `whoever has its key ${key}`),
    ...(keysUnseen === undefined
      ? []
      : [`whoever may have a key of it, which could not be looked at (${keysUnseen}): allow iam.serviceAccountKeys.list`]),
  ];
}

/** Roles that onboarding gives its account, and that few others have. Those that only read everything are given to many. */
const ONBOARDING_ROLES: readonly string[] = ['roles/iam.securityReviewer', 'roles/iam.securityAdmin', 'roles/iam.roleAdmin'];

function isOnboardings(role: string): boolean {
  return ONBOARDING_ROLES.includes(role) || isNamedLikeOurs({ name: role });
}

/** Addresses of service accounts that a policy gives a role of onboarding's. Pure. */
export function onboardedIn({ resource, policy }: Pick<GcpSnapshot, 'resource' | 'policy'>): string[] {
  const held = grantsOf(resource, policy).filter((g) => isOnboardings(g.role) && deletedId(g.member) === undefined);
  return [...new Set(held.flatMap((g) => addressOf(g.member) ?? []))].toSorted();
}

/**
 * Why an account that a pool of ours may act as may be somebody else's, in words: the pool, or that it has nothing of onboarding's, so that somebody may have let MEPM act as
 * an account of their own. Pure.
 */
export function accountDoubt(
  account: Pick<Facts['gcpServiceAccounts'][number], 'email' | 'doubt' | 'named'>,
  facts: Facts,
): string | undefined {
  if (account.doubt !== undefined) return account.doubt;
  if (account.named || (facts.gcpOnboarded ?? [account.email]).includes(account.email)) return undefined;
  return 'the pool that may act as it, while it has neither a name nor a role that onboarding gave';
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
