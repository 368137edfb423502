import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, type JsonWebKey, type KeyObject } from 'node:crypto';
import { jwtVerify, SignJWT, type JWTPayload } from 'jose';
import type { SandboxContext, SandboxRequest } from '../service.ts';
import type { EstateStore } from '../store.ts';

export const TOKEN_LIFETIME_SECONDS = 3600;

/** The request carries no token, or one that is expired, for another audience or not signed by this sandbox. */
export class Unauthorized extends Error {
  override readonly name = 'Unauthorized';
}

/** What a sandbox signs its tokens with. */
export interface SigningKey {
  kid: string;
  privateKey: JsonWebKey;
}

/** Made of a key as the store has it, which takes longer than a signature. */
const keyObjects = new WeakMap<SigningKey, KeyObject>();

/**
 * Checks the request's bearer token: signed by this sandbox, not expired, made for `audience`. Throws Unauthorized; each service answers 401
 * in its cloud's error shape. The issuer is not compared, since it names a port that may change at a restart.
 */
export async function verifyBearer(request: SandboxRequest, context: SandboxContext, audience: string): Promise<void> {
  const token = /^Bearer (\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1];
  if (!token) throw new Unauthorized('the request has no bearer token');
  try {
    const key = createPublicKey(privateKey(context.store));
    await jwtVerify(token, key, { algorithms: ['RS256'], audience, currentDate: context.now() });
  } catch (cause) {
    throw new Unauthorized(`the bearer token is not valid for ${audience}`, { cause });
  }
}

/** Signs claims as a JWT that expires after TOKEN_LIFETIME_SECONDS. */
export async function signToken(context: SandboxContext, claims: JWTPayload): Promise<string> {
  const issuedAt = Math.floor(context.now().getTime() / 1000);
  return new SignJWT({ ...claims, nbf: issuedAt, ver: '2.0' })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: signingKey(context.store).kid })
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + TOKEN_LIFETIME_SECONDS)
    .setJti(randomUUID())
    .sign(privateKey(context.store));
}

/** The public half of the signing key, as the discovery document's `jwks_uri` gives it. */
export function publicKeys(store: EstateStore): { keys: JsonWebKey[] } {
  const key = createPublicKey(privateKey(store)).export({ format: 'jwk' });
  return { keys: [{ ...key, use: 'sig', alg: 'RS256', kid: signingKey(store).kid }] };
}

/** The key of a sandbox: the one it is given, else one made when it is first needed. */
export function signingKey(store: EstateStore, given?: SigningKey): SigningKey {
  return store.credential('signing-key', () => given ?? newSigningKey());
}

export function newSigningKey(): SigningKey {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid: randomUUID(), privateKey: privateKey.export({ format: 'jwk' }) };
}

function privateKey(store: EstateStore): KeyObject {
  const key = signingKey(store);
  const made = keyObjects.get(key) ?? createPrivateKey({ key: key.privateKey, format: 'jwk' });
  keyObjects.set(key, made);
  return made;
}
