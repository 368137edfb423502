import type { Json } from '../../../model/finding.ts';
import { MEPM } from '../../../model/footprint.ts';
import { audienceToken } from '../../../model/tokens.ts';
import { allows, trustStatements, type TrustStatement } from './trust.ts';
import { clientIdToken, isProviderOf } from './ids.ts';
import { matchesWildcard } from './wildcard.ts';

/** What a role's trust policy says of the tenant's provider. */
export interface WebIdentityTrust {
  providerArn: string;
  /** It trusts exactly an audience onboarding used: the invariant of an OIDC role. */
  isOidc: boolean;
  /** Permissions Management's audiences that get in, also through a missing or wider condition. */
  audiences: string[];
  /** Who or what else gets in, in words. */
  others: string[];
}

const WEB_IDENTITY = 'sts:AssumeRoleWithWebIdentity';
const POSITIVE = /^(?:foranyvalue:|forallvalues:)?string(?:equals|equalsignorecase|like)$/;
const OURS: readonly string[] = MEPM.awsAudiences;

/** Pure: the part of a trust policy that concerns the provider of `issuer`; undefined when it trusts no such provider. */
export function webIdentityTrust(document: Json, issuer: string): WebIdentityTrust | undefined {
  const statements = trustStatements(document);
  const federating = statements.flatMap((s) => (allows(s, WEB_IDENTITY) ? s.principals : [])).filter((p) => isProviderOf(p.value, issuer));
  const providerArn = federating[0]?.value;
  if (providerArn === undefined) return undefined;
  const judged = statements.map((s) => judgeStatement(s, providerArn, issuer));
  return {
    providerArn,
    isOidc: judged.some((j) => j.exact),
    audiences: OURS.filter((aud) => judged.some((j) => j.audiences.includes(aud))),
    others: [...new Set(judged.flatMap((j) => j.others))].toSorted(),
  };
}

/** Whoever lets the audience in needs both the provider's client id and the application that the audience names. */
export function audienceUses(trust: WebIdentityTrust): string[] {
  return trust.audiences.flatMap((aud) => [audienceToken('aws', aud), clientIdToken(trust.providerArn, aud)]).toSorted();
}

function judgeStatement(
  statement: TrustStatement,
  providerArn: string,
  issuer: string,
): { exact: boolean; audiences: string[]; others: string[] } {
  const strangers = statement.principals.map((p) => p.value).filter((value) => value !== providerArn);
  const ours = statement.principals.length > strangers.length && allows(statement, WEB_IDENTITY);
  if (!ours) return { exact: false, audiences: [], others: strangers };

  const keys = [`${issuer}:aud`, `${issuer.replace(/\/$/, '')}:aud`].map((k) => k.toLowerCase());
  const conditions = statement.conditions.filter((c) => keys.includes(c.key) && POSITIVE.test(c.operator));
  if (conditions.length === 0) return { exact: false, audiences: [...OURS], others: [...strangers, `any audience of ${providerArn}`] };
  const values = conditions.flatMap((c) => c.values);
  const foreign = values.filter((v) => !OURS.includes(v));
  return {
    exact: values.some((v) => OURS.includes(v)),
    audiences: OURS.filter((aud) => conditions.every((c) => c.values.some((v) => lets(c.operator, v, aud)))),
    others: [...strangers, ...foreign.map((v) => `audience ${v}`)],
  };
}

function lets(operator: string, value: string, audience: string): boolean {
  if (operator.endsWith('ignorecase')) return value.toLowerCase() === audience.toLowerCase();
  return operator.endsWith('like') ? matchesWildcard(value, audience) : value === audience;
}
