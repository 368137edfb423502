import { createHash, randomBytes } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as openid from 'openid-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { signInByForms } from '../../sandbox/sign-in/browser.ts';
import { startCloudSandbox, type CloudSandbox } from './cloud-sandbox.ts';
import { ENTRA, TENANT } from './small-estate.ts';

const CLIENT = '7a1c2f04-2222-4b7e-9d2a-0a1b2c3d4e5f';
const RILEY = {
  kind: 'entra-user',
  ours: false,
  id: '7a1c2f04-3333-4b7e-9d2a-0a1b2c3d4e5f',
  displayName: 'Riley',
  userPrincipalName: 'riley@contoso.example',
  password: 'correct horse',
  acrs: ['c1'],
};
const REDIRECT = 'http://127.0.0.1:54321/signed-in';

let sandbox: CloudSandbox;
beforeEach(async () => {
  sandbox = await startCloudSandbox([...ENTRA, RILEY, { kind: 'entra-public-client', ours: false, clientId: CLIENT }]);
});
afterEach(() => sandbox.close());

const issuer = () => `${sandbox.origin}/sign-in/${TENANT}/v2.0`;

/** What an application asks the browser to open. */
async function asked(more: Record<string, string> = {}) {
  const config = await openid.discovery(new URL(issuer()), CLIENT, undefined, openid.None());
  const verifier = openid.randomPKCECodeVerifier();
  const [nonce, state] = [randomBytes(32).toString('base64url'), openid.randomState()];
  const address = openid.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope: 'openid profile',
    prompt: 'login',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    nonce,
    state,
    ...more,
  });
  return { config, verifier, nonce, state, address: address.href };
}

test('a person signs in by name and password, and the ID token says who it is, when, and for what', async () => {
  const { config, verifier, nonce, state, address } = await asked({ claims: '{"id_token":{"acrs":{"essential":true,"value":"c1"}}}' });
  const back = await signInByForms(address, 'Riley@contoso.example', 'correct horse');
  expect(back.startsWith(REDIRECT)).toBe(true);
  const checks = { pkceCodeVerifier: verifier, expectedNonce: nonce, expectedState: state };
  const { id_token: idToken = '' } = await openid.authorizationCodeGrant(config, new URL(back), checks);
  const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri ?? ''));
  const { payload } = await jwtVerify(idToken, keys, { issuer: issuer(), audience: CLIENT, algorithms: ['RS256'] });
  expect(payload).toMatchObject({ oid: RILEY.id, tid: TENANT, nonce, ver: '2.0', acrs: ['c1'], auth_time: expect.any(Number) as number });
  // A code counts once.
  await expect(openid.authorizationCodeGrant(config, new URL(back), checks)).rejects.toThrow(/invalid_grant|error/);
});

test('a wrong password, somebody without one, another redirect, no PKCE and another verifier get nothing', async () => {
  const { config, nonce, state, address } = await asked();
  await expect(signInByForms(address, RILEY.userPrincipalName, 'wrong')).rejects.toThrow(/401: .*incorrect/);
  await expect(signInByForms(address, 'alice@contoso.example', '')).rejects.toThrow(/incorrect/);
  await expect(signInByForms((await asked({ redirect_uri: 'http://evil.example/' })).address, '', '')).rejects.toThrow(/400/);
  const without = new URL(address);
  without.searchParams.delete('code_challenge');
  without.searchParams.delete('code_challenge_method');
  expect(await signInByForms(without.href, RILEY.userPrincipalName, RILEY.password)).toMatch(/error=invalid_request/);
  const back = await signInByForms((await asked()).address, RILEY.userPrincipalName, RILEY.password);
  const checks = { pkceCodeVerifier: openid.randomPKCECodeVerifier(), expectedNonce: nonce, expectedState: state };
  await expect(openid.authorizationCodeGrant(config, new URL(back), checks)).rejects.toThrow(/invalid|error/);
});
