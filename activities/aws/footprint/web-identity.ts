import type { Json } from '../../../model/finding.ts';
import { MEPM } from '../../../model/footprint.ts';
import { audienceToken } from '../../../model/tokens.ts';
import { mayLetIn, valuesLetIn } from './conditions.ts';
import { clientIdToken, isProviderOf } from './ids.ts';
import { allows, isAmong, trustStatements, type TrustStatement } from './trust.ts';

/** What a role's trust policy says of a provider. */
export interface WebIdentityTrust {
  providerArn: string;
  /** It names the provider, and audiences one by one, one that onboarding used among them: the invariant of an OIDC role. */
  isOidc: boolean;
  /** Permissions Management's audiences that may get in, also by everybody's way, or a condition that is missing, wider or not understood. */
  audiences: string[];
  /** Who or what else may get in, in words. */
  others: string[];
}

const WEB_IDENTITY = 'sts:AssumeRoleWithWebIdentity';
const OURS: readonly string[] = MEPM.awsAudiences;

/**
 * Pure: the part of a trust policy that concerns the provider of `issuer`; undefined when it lets in no such provider. `provider`: the ARN of
 * the account's own provider of that issuer, where it has one: who lets in everybody lets that in, too.
 */
export function webIdentityTrust(document: Json, issuer: string, provider?: string): WebIdentityTrust | undefined {
  const statements = trustStatements(document);
  const named = statements.filter((s) => allows(s, WEB_IDENTITY)).flatMap((s) => s.principals.filter((p) => isTheProvider(p, issuer)));
  const providerArn = named[0]?.value ?? provider;
  if (providerArn === undefined) return undefined;
  const judged = statements.map((s) => judgeStatement(s, { arn: providerArn, issuer, isThere: provider !== undefined }));
  if (!judged.some((j) => j.reached)) return undefined;
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

interface Judged {
  /** It lets the provider in at all. */
  reached: boolean;
  exact: boolean;
  audiences: string[];
  others: string[];
}

function judgeStatement(statement: TrustStatement, { arn, issuer, isThere }: { arn: string; issuer: string; isThere: boolean }): Judged {
  const { principals, conditions } = statement;
  const strangers = principals.filter((p) => !isTheProvider(p, issuer));
  const others = strangers.map((p) => p.value);
  const isNamed = strangers.length < principals.length;
  const isAmongAll = isThere && strangers.some((p) => isAmong(p, 'Federated', arn));
  if (!allows(statement, WEB_IDENTITY) || !(isNamed || isAmongAll)) return { reached: false, exact: false, audiences: [], others };

  const key = audienceKey(issuer);
  const audiences = OURS.filter((aud) => mayLetIn(conditions, key, aud));
  const letIn = valuesLetIn(conditions, key);
  if (letIn === undefined) {
    return { reached: true, exact: false, audiences, others: [...others, `any audience of ${arn}${among(conditions, issuer)}`] };
  }
  const foreign = letIn.filter((v) => !audiences.some((aud) => aud.toLowerCase() === v.toLowerCase()));
  return { reached: true, exact: isNamed && audiences.length > 0, audiences, others: [...others, ...foreign.map((v) => `audience ${v}`)] };
}

/** What conditions say of an audience that they do not name, for a person to judge. */
function among(conditions: TrustStatement['conditions'], issuer: string): string {
  const { exactly, loosely } = audienceKey(issuer);
  const told = conditions.filter((c) => c.key === exactly || c.key === loosely).map((c) => `${c.operator} ${c.values.join(', ')}`);
  return told.length === 0 ? '' : ` that meets ${told.join(' and ')}`;
}

/** Audiences stand under the issuer as the provider's ARN has it; seen without its last slash, too. */
function audienceKey(issuer: string) {
  const text = issuer.toLowerCase();
  return { exactly: `${text}:aud`, loosely: `${text.replace(/\/$/, '')}:aud` };
}

function isTheProvider({ type, value }: TrustStatement['principals'][number], issuer: string): boolean {
  return type === 'Federated' && isProviderOf(value, issuer);
}
