import { constants, createHash, createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import { z } from 'zod';
import { issuerOf, type SignInPolicy } from '../identity/entra.ts';
import { normalMicrosoft } from '../identity/native.ts';
import type { Statement } from './statement.ts';

/**
 * ID tokens of Entra ID (v2.0) as proof of one statement: pure, so that what was recorded is judged again without a network. Sources: OpenID Connect Core
 * 1.0, sections 2 and 3.1.3.7; RFC 7515; RFC 7518; Microsoft's "ID token claims reference".
 */

const LONGEST_TOKEN = 32_768;
const LEAST_RSA_BITS = 2048;

/** A clock of another machine may be a little before ours. */
export const AHEAD_MS = 5 * 60_000;

/** What may sign: keys of the tenant only, never a secret and never nobody. */
const ALGORITHMS = {
  RS256: { kty: 'RSA' },
  PS256: { kty: 'RSA', padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  ES256: { kty: 'EC', crv: 'P-256', dsaEncoding: 'ieee-p1363' },
} as const;
export const SIGNED_BY = Object.keys(ALGORITHMS) as (keyof typeof ALGORITHMS)[];

const HeaderSchema = z.looseObject({
  alg: z.enum(['RS256', 'PS256', 'ES256']),
  kid: z.string().min(1).max(500).optional(),
  // An extension that must be understood is not.
  crit: z.never().optional(),
});

const seconds = z.number().min(0).max(1e11);
const ClaimsSchema = z.looseObject({
  iss: z.string(),
  aud: z.string(),
  tid: z.string(),
  oid: z.guid().transform(normalMicrosoft),
  nonce: z.string(),
  iat: seconds,
  exp: seconds,
  nbf: seconds.optional(),
  auth_time: seconds.optional(),
  acrs: z.union([z.array(z.string()), z.string()]).optional(),
});
type Claims = z.infer<typeof ClaimsSchema>;

/** A token, read and not yet believed. */
export interface IdToken {
  header: z.infer<typeof HeaderSchema>;
  claims: Claims;
  /** What was signed, and the signature. */
  signed: string;
  signature: Buffer;
}

/** What a token is judged against. */
export interface Expected {
  entra: SignInPolicy;
  /** The statement's bytes, and what they say. */
  text: string;
  statement: Pick<Statement, 'at'>;
  /** When it came, by the workflow's time; absent where it is judged once more. */
  arrivedAt?: Date | undefined;
}

const PART = /^[\w-]+$/;

/** A token in its compact form; undefined for what is none, is too long, or is signed in a way that is not taken. */
export function readIdToken(token: string): IdToken | undefined {
  const [head = '', body = '', signature = '', ...more] = token.length <= LONGEST_TOKEN ? token.split('.') : [];
  if (more.length > 0 || ![head, body, signature].every((part) => PART.test(part))) return undefined;
  const header = HeaderSchema.safeParse(jsonOf(head));
  const claims = ClaimsSchema.safeParse(jsonOf(body));
  if (!header.success || !claims.success) return undefined;
  return { header: header.data, claims: claims.data, signed: `${head}.${body}`, signature: Buffer.from(signature, 'base64url') };
}

function jsonOf(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The `nonce` that ties a token to a statement: the SHA-256 of its bytes, in base64url. */
export function nonceFor(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** What a token does not say that it must; undefined where it says all. `late`: it would have done at another time. */
export function claimsFault({ claims }: IdToken, expected: Expected): { what: string; late?: true } | undefined {
  const { entra, text } = expected;
  if (claims.iss !== issuerOf(entra)) return { what: 'was issued by another than the tenant that the policy names' };
  if (normalMicrosoft(claims.tid) !== entra.tenant) return { what: 'is of another tenant' };
  if (normalMicrosoft(claims.aud) !== entra.clientId) return { what: 'was issued for another application' };
  if (claims.nonce !== nonceFor(text)) return { what: 'was issued for another statement (nonce)' };
  return timesFault(claims, expected) ?? contextFault(claims, entra);
}

function timesFault({ iat, exp, nbf = iat, auth_time: signedIn }: Claims, { statement, arrivedAt }: Expected) {
  const from = Date.parse(statement.at) - AHEAD_MS;
  const late = (what: string) => ({ what, late: true as const });
  if (iat * 1000 < from) return { what: 'was issued before the statement was made' };
  if (signedIn === undefined)
    return { what: 'does not say when its owner signed in (auth_time); have the application’s registration add that claim' };
  if (signedIn * 1000 < from) return { what: 'rests on a sign-in from before the statement was made; sign in anew' };
  if (arrivedAt === undefined) return undefined;
  if (exp * 1000 <= arrivedAt.getTime()) return late('has expired; sign in again');
  if (Math.max(nbf, iat, signedIn) * 1000 > arrivedAt.getTime() + AHEAD_MS) return late('is not valid yet; set the clock right');
  return undefined;
}

function contextFault({ acrs = [] }: Claims, { acrs: demanded }: SignInPolicy) {
  if (demanded === undefined || [acrs].flat().includes(demanded)) return undefined;
  return { what: `does not satisfy the authentication context ${demanded}, which the worker's policy demands` };
}

/** Whether this key signed the token: one of the kind that its header says, and strong enough. */
export function isSignedBy({ header, signed, signature }: IdToken, jwk: JsonWebKey): boolean {
  const { kty, ...how } = ALGORITHMS[header.alg];
  if (jwk.kty !== kty || ('crv' in how && jwk.crv !== how.crv)) return false;
  try {
    const key = createPublicKey({ key: publicPart(jwk), format: 'jwk' });
    if (kty === 'RSA' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_RSA_BITS) return false;
    const { crv: _, ...options } = { crv: undefined, ...how };
    return verify('sha256', Buffer.from(signed), { key, ...options }, signature);
  } catch {
    // A key that cannot be read signed nothing.
    return false;
  }
}

/** Of a key as a tenant publishes it, what a signature is verified with. */
export function publicPart({ kty, kid, n, e, crv, x, y }: JsonWebKey): JsonWebKey {
  return JSON.parse(JSON.stringify({ kty, kid, n, e, crv, x, y })) as JsonWebKey;
}
