import type { Facts, Hold, Bystander } from '../../../model/finding.ts';
import { combine } from '../../../model/guards/combine.ts';
import { sharedProvider } from '../../../model/guards/shared.ts';
import { admittedBy } from './condition.ts';
import { DEFENDER, MEPM } from '../../../model/footprint.ts';
import type { Confidence, SystemId } from '../../../model/names.ts';
import { isOneOf } from '../../../model/one-of.ts';
import { DELETED, lastSegment, type PoolWithProviders, type Provider } from '../snapshot.ts';

/** Names onboarding gave: hints that support a verdict or single out a look-alike, never decide. docs/footprint.md, "GCP". */
export const GCP_NAMES = {
  provider: ['ms-ciem-wip-provider', 'ms-ciem-workload-identity-pool-provider', 'mciem-wi-provider'],
  pool: ['ms-ciem-workload-identity-pool', 'mciem-wi-pool'],
  serviceAccount: ['ms-ciem-service-account', 'mciem-service'],
} as const;

/**
 * Whose something is, with the reasons. `looksAlike` on `other` says that it is worth telling. `doubt`: why it is not as sure as it looks, in words;
 * what rests on it is no surer.
 */
export type Verdict =
  | { whose: 'ours'; confidence: Confidence; why: string[]; doubt?: string; hold?: Hold }
  | { whose: 'defender'; why: string[] }
  | { whose: 'other'; looksAlike: boolean; why: string[] };

/** What is told of something that is not ours; nothing where nobody would take it for ours. */
export function bystanderOf(system: SystemId, id: string, verdict: Verdict, uses: string[]): Bystander[] {
  if (verdict.whose === 'ours' || (verdict.whose === 'other' && !verdict.looksAlike)) return [];
  const defender = verdict.whose === 'defender' ? { defender: true as const } : {};
  return [{ system, id, why: verdict.why.join('; '), uses, ...defender }];
}

/**
 * A provider is ours when it trusts this tenant's tokens for our audience and its condition lets in the CIEM application only: where that is not understood, or keys were uploaded that sign in place of Microsoft's, it is doubted; without any
 * condition, as one of Microsoft's scripts made it for a while, its audience is but a name. Defender's own has all three marks too: its fixed id alone tells it apart. Pure.
 */
export function judgeProvider(provider: Provider, facts: Facts): Verdict {
  const id = lastSegment(provider.name);
  if (id === DEFENDER.gcpProvider) return { whose: 'defender', why: [`provider id ${id} is Microsoft Defender for Cloud's`] };
  const issuer = trustsTenant(provider, facts);
  const audiences = ourAudiences(provider);
  const condition = namesCiem(provider);
  const named = [id, provider.displayName].filter((n) => isOneOf(GCP_NAMES.provider, n));
  const marks = [
    ...(issuer ? [`issuer ${provider.issuer}`] : []),
    ...(audiences.length > 0 ? [`audience ${audiences.join(', ')}`] : []),
    ...(condition ? [`attribute condition ${provider.attributeCondition}`] : []),
    ...named.map((n) => `named ${n}`),
  ];
  if (!issuer) {
    const looksAlike = marks.length > 0;
    return { whose: 'other', looksAlike, why: [...marks, `but it trusts ${provider.issuer || 'no OIDC issuer'}, not this tenant`] };
  }
  const admitted = admittedBy(provider);
  if (audiences.length > 0 && (admitted.alone || !admitted.understood)) {
    const doubts = [
      ...(admitted.alone ? [] : [admitted.why]),
      ...(provider.jwksJson === undefined
        ? []
        : ['lets in whoever signs with the keys uploaded to it (oidc.jwksJson), not Microsoft alone']),
    ];
    const doubted = doubts.length === 0 ? {} : { doubt: `the provider ${id}, which ${doubts.join(' and ')}` };
    return { whose: 'ours', confidence: 'certain', why: marks, ...doubted, ...combine(sharedProvider(otherAudiences(provider))) };
  }
  if (audiences.length > 0 || condition) {
    const but = admitted.alone || audiences.length === 0 ? 'its audience is not ours' : `it ${admitted.why}`;
    return { whose: 'ours', confidence: 'name-only', why: [...marks, `but ${but}`] };
  }
  return { whose: 'other', looksAlike: named.length > 0, why: [...marks, 'but neither its audience nor its condition is ours'] };
}

/** Why whatever comes in by a provider of ours may be others', in words: they come in by it, too. */
function doubtedEntry(provider: Provider, verdict: Verdict): string[] {
  if (verdict.whose !== 'ours') return [];
  const others = otherAudiences(provider);
  const shared =
    others.length > 0 ? [`the provider ${lastSegment(provider.name)}, which accepts other audiences as well: ${others.join(', ')}`] : [];
  return [...(verdict.doubt === undefined ? [] : [verdict.doubt]), ...shared];
}

function otherAudiences({ audiences }: Provider): string[] {
  return audiences.filter((a) => !isOneOf(MEPM.gcpAudiences, a));
}

/** Does the provider accept this tenant's tokens? Another tenant's provider may carry every other mark. */
export function trustsTenant(provider: Provider, facts: Facts): boolean {
  return provider.issuer.toLowerCase() === `https://${facts.issuer}`.toLowerCase();
}

export function ourAudiences(provider: Provider): string[] {
  return provider.audiences.filter((a) => isOneOf(MEPM.gcpAudiences, a));
}

export function namesCiem(provider: Provider): boolean {
  return provider.attributeCondition.toLowerCase().includes(MEPM.ciemAppId);
}

/** Whose a pool is, and whether its members may be told from other users' (`shared`). */
export interface PoolVerdict {
  pool: PoolWithProviders;
  /** `ours`: every provider is. `shared`: others' providers live in it too. `other`: none of ours is in it. */
  whose: 'ours' | 'shared' | 'other';
  confidence: Confidence;
  /** Why who comes in by it may be others, too, in words. */
  doubt?: string;
  why: string[];
}

/**
 * A pool is ours when all its live providers are; an emptied one, when all the providers deleted from it were. Pure.
 */
export function judgePool(pool: PoolWithProviders, facts: Facts): PoolVerdict {
  const live = pool.providers.filter((p) => p.state !== DELETED);
  const judged = (live.length > 0 ? live : pool.providers).map((provider) => ({ provider, verdict: judgeProvider(provider, facts) }));
  const ours = judged.filter((j) => j.verdict.whose === 'ours');
  const others = judged.filter((j) => j.verdict.whose !== 'ours');
  const certain = ours.filter((j) => j.verdict.whose === 'ours' && j.verdict.confidence === 'certain');
  const named = [lastSegment(pool.name), pool.displayName].filter((n) => isOneOf(GCP_NAMES.pool, n));
  const names = named.map((n) => `named ${n}`);
  const list = (some: typeof judged) => some.map((j) => lastSegment(j.provider.name)).join(', ');
  if (ours.length === 0) return { pool, whose: 'other', confidence: 'name-only', why: [...names, 'but no provider of ours is in it'] };
  const confidence = certain.length === ours.length ? 'certain' : 'name-only';
  const doubts = ours.flatMap((j) => doubtedEntry(j.provider, j.verdict));
  const doubted = doubts.length > 0 ? { doubt: doubts.join(' and ') } : {};
  if (others.length > 0) {
    const shared = `shared: besides ${list(ours)} the provider ${list(others)} is in it and stays`;
    return { pool, whose: 'shared', confidence: certain.length > 0 ? 'certain' : 'name-only', why: [shared, ...names] };
  }
  const reason = live.length > 0 ? `its only providers are ours: ${list(ours)}` : `the providers deleted from it were ours: ${list(ours)}`;
  return { pool, whose: 'ours', confidence, ...doubted, why: [reason, ...names] };
}

/** Names that an onboarding script gave the organisation's custom role; a hint only. docs/footprint.md, "GCP". */
const ID = /^CloudKnoxIAMOrgAdmin(?:_\d+)?$/;
const TITLE = 'CloudKnox IAM Org Admin';

/** Whether a role is one that onboarding may have made, by its name. */
export function isNamedLikeOurs({ name, title }: { name: string; title?: string }): boolean {
  return ID.test(lastSegment(name)) || title === TITLE;
}

/** Tokens that tie findings together (model/finding.ts), of what is in Google Cloud. */

/** By the pool's full resource name. */
export function poolToken(name: string): string {
  return `gcp:pool:${name}`;
}

export function serviceAccountToken(email: string): string {
  return `gcp:service-account:${email}`;
}

/** Of an organisation's custom role; none for Google's own roles. */
export function roleTokens(role: string): string[] {
  return role.startsWith('organizations/') ? [`gcp:role:${role}`] : [];
}
