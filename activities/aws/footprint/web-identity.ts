import type { Json } from '../../../model/finding.ts';
import { MEPM } from '../../../model/footprint.ts';
import { audienceToken } from '../../../model/tokens.ts';
import { demandsCiem, judgeClaims, keyOf, type ByClaims, type Ciem } from './claims.ts';
import { mayLetIn, valuesLetIn } from './conditions.ts';
import { clientIdToken, isProviderOf } from './ids.ts';
import { allows, isAmong, trustStatements, type TrustStatement } from './trust.ts';

/** What a role's trust policy says of a provider. */
export interface WebIdentityTrust {
  providerArn: string;
  /** It names the provider, and audiences one by one, one of those asked about among them: the invariant of an OIDC role. */
  isOidc: boolean;
  /** Wherever it does, a condition keeps the CIEM application's own tokens out: whoever comes in is somebody else. Which ones, in words. */
  shutsOut?: string[];
  /** Wherever else it does, nobody knows whether these tokens meet its conditions. Which ones, in words. */
  doubted?: string[];
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
 * the account's own provider of that issuer, where it has one: who lets in everybody lets that in, too. `asked`: the audiences asked about. `ciem`: who the CIEM
 * application is in the tenant, where its own way in is asked about.
 */
export function webIdentityTrust(
  document: Json,
  issuer: string,
  provider?: string,
  asked: readonly string[] = ONBOARDED,
  ciem: Omit<Ciem, 'issuer'> = {},
): WebIdentityTrust | undefined {
  const statements = trustStatements(document);
  const named = statements.filter((s) => allows(s, WEB_IDENTITY)).flatMap((s) => s.principals.filter((p) => isTheProvider(p, issuer)));
  const providerArn = named[0]?.value ?? provider;
  if (providerArn === undefined) return undefined;
  const judged = statements.map((s) => judgeStatement(s, { arn: providerArn, issuer, isThere: provider !== undefined, asked, ciem }));
  if (!judged.some((j) => j.reached)) return undefined;
  const exact = judged.filter((j) => j.exact);
  const entered = exact.filter((j) => j.claims.shutsOut.length === 0);
  const isCertain = entered.some((j) => j.claims.doubted.length === 0);
  const all = (of: keyof ByClaims, from: Judged[]) => [...new Set(from.flatMap((j) => j.claims[of]))].toSorted();
  return {
    providerArn,
    isOidc: exact.length > 0,
    ...(exact.length > 0 && entered.length === 0 ? { shutsOut: all('shutsOut', exact) } : {}),
    ...(entered.length > 0 && !isCertain ? { doubted: all('doubted', entered) } : {}),
    audiences: asked.filter((aud) => judged.some((j) => j.audiences.includes(aud))),
    others: [
      ...new Set([
        ...judged.flatMap((j) => j.others),
        ...all('others', exact),
        ...(entered.length < exact.length ? [`other applications of ${providerArn}`] : []),
        // Beside a way in that is surely Permissions Management's, another one may be somebody else's.
        ...(isCertain ? all('doubted', entered).map((d) => `whoever meets ${d}`) : []),
      ]),
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
  claims: ByClaims;
  audiences: string[];
  others: string[];
}

interface Asked {
  arn: string;
  issuer: string;
  /** The account has the provider. */
  isThere: boolean;
  asked: readonly string[];
  ciem: Omit<Ciem, 'issuer'>;
}

const NO_CLAIMS: ByClaims = { shutsOut: [], doubted: [], others: [] };

function judgeStatement(statement: TrustStatement, { arn, issuer, isThere, asked, ciem }: Asked): Judged {
  const { principals, conditions } = statement;
  const strangers = principals.filter((p) => !isTheProvider(p, issuer));
  const others = strangers.map((p) => p.value);
  const isNamed = strangers.length < principals.length;
  const isAmongAll = isThere && strangers.some((p) => isAmong(p, 'Federated', arn));
  if (!allows(statement, WEB_IDENTITY) || !(isNamed || isAmongAll))
    return { reached: false, exact: false, claims: NO_CLAIMS, audiences: [], others };

  const key = keyOf(issuer, 'aud');
  const audiences = asked.filter((aud) => mayLetIn(conditions, key, aud));
  const letIn = valuesLetIn(conditions, key);
  const claims = judgeClaims(conditions, { issuer, ...ciem });
  if (letIn === undefined) {
    return { reached: true, exact: false, claims, audiences, others: [...others, `any audience of ${arn}${among(conditions, issuer)}`] };
  }
  const foreign = letIn.filter((v) => !audiences.some((aud) => aud.toLowerCase() === v.toLowerCase()));
  return {
    reached: true,
    exact: isNamed && audiences.length > 0,
    claims,
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

/** Pure: whether all that a trust policy lets in by the provider of `issuer` are tokens for the CIEM application itself. */
export function letsInCiemAlone(document: Json, ciem: Ciem): boolean {
  const reached = trustStatements(document).filter(
    (s) => allows(s, WEB_IDENTITY) && s.principals.some((p) => isTheProvider(p, ciem.issuer)),
  );
  return reached.length > 0 && reached.every((s) => demandsCiem(s.conditions, ciem));
}

function isTheProvider({ type, value }: TrustStatement['principals'][number], issuer: string): boolean {
  return type === 'Federated' && isProviderOf(value, issuer);
}
