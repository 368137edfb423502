import type { Facts } from '../../../model/finding.ts';
import { MEPM } from '../../../model/footprint.ts';
import { isOn, letsIn, namedBeside, valuesLetIn, type Condition, type Key } from './conditions.ts';

/** What tells a token of the CIEM application in this tenant. */
export type Ciem = Pick<Facts, 'issuer'> & Partial<Pick<Facts, 'tenantId' | 'ciemPrincipalId' | 'ciemFormerIds'>>;

/** What the CIEM application's own token says under a claim; undefined where that is not known. `before`: what an earlier one of that application said. */
interface Said {
  now: string | undefined;
  before: string[];
}

/** What a statement's conditions on the claims of a token, but for its audience, say of who comes in. In words. */
export interface ByClaims {
  /** Conditions that the CIEM application's own tokens surely do not meet: whoever comes in is somebody else. */
  shutsOut: string[];
  /** Conditions of which nobody knows whether these tokens meet them. */
  doubted: string[];
  /** Whom they name beside it. */
  others: string[];
}

/**
 * Pure: conditions on other claims than the audience narrow who comes in. Where one demands the CIEM application itself, whoever comes in is that; where its own
 * tokens meet all of them, it is among those who come in; where one surely keeps it out, somebody else is meant; and where that is not known, nobody knows for whom the
 * role was made. `aud` stands for itself (web-identity.ts).
 */
export function judgeClaims(conditions: readonly Condition[], ciem: Ciem): ByClaims {
  const judged: ByClaims = { shutsOut: [], doubted: [], others: [] };
  if (demandsCiem(conditions, ciem)) return judged;
  for (const claim of claimsIn(conditions, ciem.issuer)) {
    const key = keyOf(ciem.issuer, claim);
    const said = saidUnder(claim, ciem);
    const words = `the condition on ${claim} (${conditions
      .filter((c) => isOn(c, key))
      .map((c) => `${c.operator} ${c.values.join(', ')}`)
      .join(' and ')})`;
    const comesIn = said?.now === undefined ? undefined : letsIn(conditions, key, said.now);
    if (said && comesIn) judged.others.push(...namedBeside(conditions, key, valuesOf(said)).map((v) => `${claim} ${v}`));
    else if (comesIn === false) judged.shutsOut.push(words);
    else judged.doubted.push(words);
  }
  return judged;
}

/** Pure: whether a condition on some claim demands the CIEM application itself, and nobody else. */
export function demandsCiem(conditions: readonly Condition[], ciem: Ciem): boolean {
  return IDENTIFYING.some((claim) => {
    const named = valuesLetIn(conditions, keyOf(ciem.issuer, claim)) ?? [];
    const own = valuesOf(saidUnder(claim, ciem));
    return named.length > 0 && named.every((v) => own.includes(v));
  });
}

/** Claims stand under the issuer as the provider's ARN has it; seen without its last slash, too. */
export function keyOf(issuer: string, claim: string): Key {
  const text = issuer.toLowerCase();
  return { exactly: `${text}:${claim}`, loosely: `${text.replace(/\/$/, '')}:${claim}` };
}

/** Claims that only one application's tokens say so. An application that signs in by itself is, as `sub` and `oid`, the object id of its principal. */
const IDENTIFYING = ['appid', 'azp', 'sub', 'oid'] as const;

function saidUnder(claim: string, { issuer, tenantId, ciemPrincipalId, ciemFormerIds = [] }: Ciem): Said | undefined {
  switch (claim) {
    case 'appid':
    case 'azp':
      return { now: MEPM.ciemAppId, before: [] };
    case 'sub':
    case 'oid':
      return { now: ciemPrincipalId, before: ciemFormerIds };
    case 'iss':
      return { now: `https://${issuer}`, before: [] };
    case 'tid':
      return { now: tenantId, before: [] };
    default:
      return undefined;
  }
}

function valuesOf(said: Said | undefined): string[] {
  return said === undefined ? [] : [...(said.now === undefined ? [] : [said.now]), ...said.before];
}

/** The claims that conditions are on, each once. */
function claimsIn(conditions: readonly Condition[], issuer: string): string[] {
  const { exactly, loosely = exactly } = keyOf(issuer, '');
  const claims = conditions.flatMap(({ key }) => {
    const prefix = [exactly, loosely].find((p) => key.startsWith(p));
    return prefix === undefined ? [] : [key.slice(prefix.length)];
  });
  return [...new Set(claims)].filter((claim) => claim !== 'aud').toSorted();
}
