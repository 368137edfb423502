import { generateKeyPairSync, randomUUID, type JsonWebKey, type KeyObject } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { issuerOf } from '../../model/identity/entra.ts';
import { nonceFor } from '../../model/statement/id-token.ts';
import type { SignInProof } from '../../model/statement/statement.ts';
import { right, type Attack } from './by-statement.ts';
import type { Mechanism } from './mechanisms.ts';
import type { Got, Scene } from './scene.ts';

/** What an attacker has to forge with: a right ID token of somebody else's statement, the tenant's published key, and a key of their own. */
interface Forge {
  claims: JWTPayload;
  kid: string;
  published: JsonWebKey;
  own: { publicKey: KeyObject; privateKey: KeyObject };
  signed(claims: JWTPayload, header?: object): Promise<string>;
}

/** With the payload keys, and without an approver's password: an ID token for the right approval is forged, or taken from elsewhere. */
export const BY_TOKEN: Attack[] = [
  forging(['signature'], 'that nobody signed', 'alg: none', (f) => new UnsecuredJWT(f.claims).encode()),
  forging(['signature'], 'signed by HMAC', 'HS256, the tenant’s public key for a secret', (f) =>
    new SignJWT(f.claims).setProtectedHeader({ alg: 'HS256', kid: f.kid }).sign(Buffer.from(JSON.stringify(f.published))),
  ),
  forging(['tenantKey'], 'of a key of one’s own', 'an unknown kid', (f) => f.signed(f.claims, { kid: randomUUID() })),
  forging(['tenantKey'], 'of a key of one’s own under the tenant’s name', 'the tenant’s kid', (f) => f.signed(f.claims)),
  forging(['tenantKey'], 'that brings its own key along', 'jwk in the header', (f) =>
    f.signed(f.claims, { jwk: f.own.publicKey.export({ format: 'jwk' }) }),
  ),
  forging(['tenantKey'], 'that names where its key lies', 'jku in the header', (f) =>
    f.signed(f.claims, { jku: 'https://127.0.0.1:1/keys' }),
  ),
  forging(['tenantKey', 'issuer'], 'of another issuer', 'iss and key of one’s own', (f) =>
    f.signed({ ...f.claims, iss: 'https://evil.example/v2.0' }),
  ),
  forging(['tenantKey', 'tenant'], 'of another tenant', 'tid changed', (f) => f.signed({ ...f.claims, tid: randomUUID() })),
  forging(['tenantKey', 'expiry'], 'that has expired', 'exp an hour ago', (f) =>
    f.signed({ ...f.claims, exp: Math.floor(Date.now() / 1000) - 3_600 }),
  ),
  {
    name: 'approve by a token of another statement',
    tried: 'a right reject’s, under an approval',
    expected: /ProofWrong/,
    by: ['tokenNonce'],
    act: async (s) => s.update('approve', await swapped(s)),
  },
  {
    name: 'approve by a token of one’s own key, with the tenant’s answer brought along',
    tried: 'admission beside the proof, and in it',
    expected: /ProofWrong/,
    by: ['tenantKey', 'message'],
    async act(s) {
      const { message, statement, forge } = await toForge(s);
      const admission = { key: forge.own.publicKey.export({ format: 'jwk' }), groups: [], roles: [] };
      const idToken = await forge.signed(forge.claims);
      const got = await s.update('approve', { ...message, admission, proof: { statement, idToken } });
      return got === 'taken' ? got : await s.update('approve', { ...message, proof: { statement, idToken, admission } });
    },
  },
];

function forging(by: Mechanism[], how: string, tried: string, forge: (f: Forge) => Promise<string> | string): Attack {
  return {
    name: `approve by a token ${how}`,
    tried,
    by,
    expected: /Proof(?:Wrong|Late)/,
    async act(s): Promise<Got> {
      const { message, statement, forge: given } = await toForge(s);
      return await s.update('approve', { ...message, proof: { statement, idToken: await forge(given) } });
    },
  };
}

async function toForge(s: Scene) {
  const message = await right(s);
  // Mallory's own sign-in, for just this statement, shows what a token looks like.
  const { proof } = await s.signed('approve', message, { with: 'mallory' });
  const { statement, idToken } = proof as SignInProof;
  const entra = s.signers.entra?.();
  const metadata = (await (await fetch(`${entra ? issuerOf(entra) : ''}/.well-known/openid-configuration`)).json()) as { jwks_uri: string };
  const { keys } = (await (await fetch(metadata.jwks_uri)).json()) as { keys: JsonWebKey[] };
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = decodeProtectedHeader(idToken).kid ?? '';
  const oid = s.signers.oidOf?.(s.approver) ?? '';
  const claims = { ...decodeJwt(idToken), oid, sub: oid, nonce: nonceFor(statement) };
  const signed = (said: JWTPayload, header: object = {}) =>
    new SignJWT(said).setProtectedHeader({ kid, ...header, alg: 'RS256' }).sign(own.privateKey);
  return { message, statement, forge: { claims, kid, published: keys[0] ?? {}, own, signed } satisfies Forge };
}

async function swapped(s: Scene): Promise<object> {
  const message = await right(s);
  const approving = await s.signed('approve', message, { with: 'mallory' });
  const rejecting = await s.signed('reject', message);
  return { ...message, proof: { statement: approving.proof.statement, idToken: (rejecting.proof as SignInProof).idToken } };
}
