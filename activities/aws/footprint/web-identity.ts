import type { Json } from '../../../model/finding.ts';
import { MEPM } from '../../../model/footprint.ts';
import { audienceToken } from '../../../model/tokens.ts';
import { mayLetIn, valuesLetIn, type Key } from './conditions.ts';
import { clientIdToken, isProviderOf } from './ids.ts';
import { allows, isAmong, trustStatements, type TrustStatement } from './trust.ts';

/** What a role's trust policy says of a provider. */
export interface WebIdentityTrust {
  providerArn: string;
  /** It names the provider, and audiences one by one, one of those asked about among them: the invariant of an OIDC role. */
  isOidc: boolean;
  /** Wherever it does, a condition keeps the CIEM application's own tokens out: whoever comes in is somebody else. */
  shutsOut?: true;
  /** Those of the audiences asked about that may get in, also by everybody's way, or a condition that is missing, wider or not understood. */
  audiences: string[];
  /** Who or what else may get in, in words. */
  others: string[];
}

const WEB_IDENTITY = 'sts:AssumeRoleWithWebIdentity';
/** Onboarding's own. */
export const ONBOARDED: readonly string[] = MEPM.awsAudiences;

/**
 * Pure: the part of a trust policy that concerns the provider of `issuer`; undefined when it lets in no such provider. `provider`: the ARN of
 * the account's own provider of that issuer, where it has one: who lets in everybody lets that in, too. `asked`: the audiences asked about.
 */
export function webIdentityTrust(
  document: Json,
  issuer: string,
  provider?: string,
  asked: readonly string[] = ONBOARDED,
): WebIdentityTrust | undefined {
  const statements = trustStatements(document);
  const named = statements.filter((s) => allows(s, WEB_IDENTITY)).flatMap((s) => s.principals.filter((p) => isTheProvider(p, issuer)));
  const providerArn = named[0]?.value ?? provider;
  if (providerArn === undefined) return undefined;
  const judged = statements.map((s) => judgeStatement(s, { arn: providerArn, issuer, isThere: provider !== undefined, asked }));
  if (!judged.some((j) => j.reached)) return undefined;
  const exact = judged.filter((j) => j.exact);
  return {
    providerArn,
    isOidc: exact.length > 0,
    ...(exact.length > 0 && exact.every((j) => j.shutsOut) ? { shutsOut: true as const } : {}),
    audiences: asked.filter((aud) => judged.some((j) => j.audiences.includes(aud))),
    others: [
      ...new Set(judged.flatMap((j) => [...j.others, ...(j.exact && j.shutsOut ? [`other applications of ${providerArn}`] : [])])),
    ].toSorted(),
  };
}

/** Whoever lets the audience in needs both the provider's client id and the application that the audience names. */
export function audienceUses(trust: WebIdentityTrust): string[] {
  return trust.audiences.flatMap((aud) => [audienceToken('aws', aud), clientIdToken(trust.providerArn, aud)]).toSorted();
}

interface Judged {
  /** It lets the provider in at all. */
  reached: boolean;
  exact: boolean;
  shutsOut: boolean;
  audiences: string[];
  others: string[];
}

interface Asked {
  arn: string;
  issuer: string;
  /** The account has the provider. */
  isThere: boolean;
  asked: readonly string[];
}

function judgeStatement(statement: TrustStatement, { arn, issuer, isThere, asked }: Asked): Judged {
  const { principals, conditions } = statement;
  const strangers = principals.filter((p) => !isTheProvider(p, issuer));
  const others = strangers.map((p) => p.value);
  const isNamed = strangers.length < principals.length;
  const isAmongAll = isThere && strangers.some((p) => isAmong(p, 'Federated', arn));
  if (!allows(statement, WEB_IDENTITY) || !(isNamed || isAmongAll))
    return { reached: false, exact: false, shutsOut: false, audiences: [], others };

  const key = keyOf(issuer, 'aud');
  const audiences = asked.filter((aud) => mayLetIn(conditions, key, aud));
  const letIn = valuesLetIn(conditions, key);
  const shutsOut = shutsCiemOut(statement, issuer);
  if (letIn === undefined) {
    return { reached: true, exact: false, shutsOut, audiences, others: [...others, `any audience of ${arn}${among(conditions, issuer)}`] };
  }
  const foreign = letIn.filter((v) => !audiences.some((aud) => aud.toLowerCase() === v.toLowerCase()));
  return {
    reached: true,
    exact: isNamed && audiences.length > 0,
    shutsOut,
    audiences,
    others: [...others, ...foreign.map((v) => `audience ${v}`)],
  };
}

/** What conditions say of an audience that they do not name, for a person to judge. */
function among(conditions: TrustStatement['conditions'], issuer: string): string {
  const { exactly, loosely } = keyOf(issuer, 'aud');
  const told = conditions.filter((c) => c.key === exactly || c.key === loosely).map((c) => `${c.operator} ${c.values.join(', ')}`);
  return told.length === 0 ? '' : ` that meets ${told.join(' and ')}`;
}

/** Claims stand under the issuer as the provider's ARN has it; seen without its last slash, too. */
function keyOf(issuer: string, claim: string): Key {
  const text = issuer.toLowerCase();
  return { exactly: `${text}:${claim}`, loosely: `${text.replace(/\/$/, '')}:${claim}` };
}

/** Pure: whether all that a trust policy lets in by the provider of `issuer` are tokens for the CIEM application itself. */
export function demandsCiem(document: Json, issuer: string): boolean {
  const reached = trustStatements(document).filter((s) => allows(s, WEB_IDENTITY) && s.principals.some((p) => isTheProvider(p, issuer)));
  const ofCiem = ({ conditions }: TrustStatement) =>
    ['appid', 'azp'].some((claim) => {
      const values = valuesLetIn(conditions, keyOf(issuer, claim)) ?? [];
      return values.length > 0 && values.every((v) => v === MEPM.ciemAppId);
    });
  return reached.length > 0 && reached.every(ofCiem);
}

/** Pure: whether a condition of a statement surely keeps the CIEM application's own tokens out. */
function shutsCiemOut({ conditions }: Pick<TrustStatement, 'conditions'>, issuer: string): boolean {
  return ['appid', 'azp'].some((claim) => !mayLetIn(conditions, keyOf(issuer, claim), MEPM.ciemAppId));
}

function isTheProvider({ type, value }: TrustStatement['principals'][number], issuer: string): boolean {
  return type === 'Federated' && isProviderOf(value, issuer);
}
