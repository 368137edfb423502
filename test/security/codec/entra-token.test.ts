import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { entraReaders } from '../../../security/codec/entra-token.ts';

const TENANT = '8f2b6c1e-4d3a-4b7e-9c55-0a1d2e3f4b5c';
const READERS = { tenant: TENANT, audience: 'the-ui', role: 'Payloads.Read' };
const CLAIMS = { iss: `https://login.microsoftonline.com/${TENANT}/v2.0`, aud: 'the-ui', tid: TENANT, roles: ['Payloads.Read'] };

let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let others: typeof keys;
let admits: (token: string) => Promise<boolean>;
beforeAll(async () => {
  keys = await generateKeyPair('RS256', { extractable: true });
  others = await generateKeyPair('RS256', { extractable: true });
  admits = entraReaders(READERS, createLocalJWKSet({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'a' }] }));
});

const now = () => Math.floor(Date.now() / 1_000);

async function signed(claims: JWTPayload, key = keys.privateKey): Promise<string> {
  const exp = claims.exp ?? now() + 600;
  return await new SignJWT({ ...CLAIMS, ...claims, exp }).setProtectedHeader({ alg: 'RS256', kid: 'a' }).sign(key);
}

test('a token of the tenant for the UI, with the role, opens payloads', async () => {
  expect(await admits(await signed({}))).toBe(true);
});

test.each<[string, JWTPayload]>([
  ['of another tenant', { tid: 'another' }],
  ['by another issuer', { iss: 'https://login.microsoftonline.com/another/v2.0' }],
  ['for another application', { aud: 'another' }],
  ['that has expired', { exp: 1 }],
  ['that is not yet valid', { nbf: 4_000_000_000 }],
  ['without the role', { roles: ['Something.Else'] }],
  ['whose role is a text that holds it', { roles: 'Payloads.Read' }],
])('a token %s opens none', async (_, claims) => {
  expect(await admits(await signed(claims))).toBe(false);
});

test('one by another key, by none, or by the public key as a shared secret, opens none', async () => {
  const publicKey = Buffer.from(JSON.stringify(await exportJWK(keys.publicKey)));
  const shared = new SignJWT({ ...CLAIMS, exp: now() + 600 }).setProtectedHeader({ alg: 'HS256', kid: 'a' }).sign(publicKey);
  const none = new UnsecuredJWT({ ...CLAIMS, exp: now() + 600 }).encode();
  for (const token of [await signed({}, others.privateKey), await shared, none, 'x', '']) expect(await admits(token)).toBe(false);
});
