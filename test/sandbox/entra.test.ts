import { EnvironmentCredential } from '@azure/identity';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CLIENT_SECRET, startCloudSandbox, type CloudSandbox } from './cloud-sandbox.ts';
import { AZURE, CIEM_APP, ENTRA, SUBSCRIPTION, TENANT, WORKER_APP, WORKER_PRINCIPAL } from './small-estate.ts';

let sandbox: CloudSandbox;
beforeAll(async () => void (sandbox = await startCloudSandbox([...ENTRA, ...AZURE])));
afterAll(() => sandbox.close());

const GRAPH_SCOPE = 'https://graph.microsoft.com/.default';

function requestToken(form: Record<string, string>, tenant = TENANT): Promise<Response> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: WORKER_APP,
    client_secret: CLIENT_SECRET,
    scope: GRAPH_SCOPE,
    ...form,
  });
  return fetch(`${sandbox.origin}/${tenant}/oauth2/v2.0/token`, { method: 'POST', body });
}

describe('the Entra token endpoint', () => {
  test('gives the unchanged ClientSecretCredential a token that its published keys verify', async () => {
    const token = await sandbox.credential.getToken(GRAPH_SCOPE);
    const keys = createRemoteJWKSet(new URL(`${sandbox.origin}/${TENANT}/discovery/v2.0/keys`));
    const { payload } = await jwtVerify(token.token, keys, { audience: 'https://graph.microsoft.com' });
    expect(payload).toMatchObject({ iss: `${sandbox.origin}/${TENANT}/v2.0`, tid: TENANT, appid: WORKER_APP, oid: WORKER_PRINCIPAL });
    expect(token.expiresOnTimestamp).toBeGreaterThan(Date.now() + 3_000_000);
  });

  test('gives the unchanged EnvironmentCredential a token', async () => {
    vi.stubEnv('AZURE_TENANT_ID', TENANT);
    vi.stubEnv('AZURE_CLIENT_ID', WORKER_APP);
    vi.stubEnv('AZURE_CLIENT_SECRET', CLIENT_SECRET);
    const credential = new EnvironmentCredential({ authorityHost: sandbox.origin, disableInstanceDiscovery: true });
    vi.unstubAllEnvs();
    expect((await credential.getToken(`${sandbox.origin}/arm/.default`)).token).toMatch(/^ey/);
  });

  test.each([
    ['https://management.azure.com/.default', 'https://management.azure.com'],
    ['ARM/.default', 'https://management.azure.com'],
    [GRAPH_SCOPE, 'https://graph.microsoft.com'],
    [`${CIEM_APP}/.default`, CIEM_APP],
  ])('names the resource of the scope %s as the audience', async (scope, audience) => {
    const answer = await requestToken({ scope: scope.replace('ARM', `${sandbox.origin}/arm`) });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { aud: string };
    expect(payload.aud).toBe(audience);
  });

  test.each([
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client'],
    ['an unknown client', { client_id: SUBSCRIPTION }, 400, 'unauthorized_client'],
    ['an unknown resource', { scope: 'https://vault.azure.net/.default' }, 400, 'invalid_scope'],
    ['another grant', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
  ])('refuses %s without repeating the secret', async (_, form: Record<string, string>, status, error) => {
    const answer = await requestToken(form);
    const text = await answer.text();
    expect(answer.status).toBe(status);
    expect(JSON.parse(text)).toMatchObject({ error, error_description: expect.stringMatching(/^AADSTS\d+: /) as string });
    expect(text).not.toContain(form['client_secret'] ?? CLIENT_SECRET);
  });

  test('refuses a tenant that is not the one of the estate', async () => {
    const answer = await requestToken({}, SUBSCRIPTION);
    expect(await answer.json()).toMatchObject({ error: 'invalid_tenant' });
  });

  test('the services refuse a missing, a forged, another service’s and an expired token', async () => {
    const url = `${sandbox.origin}/graph/v1.0/applications`;
    const graph = (await sandbox.credential.getToken(GRAPH_SCOPE)).token;
    const arm = (await sandbox.credential.getToken('https://management.azure.com/.default')).token;
    const statusWith = async (authorization?: string) => (await fetch(url, authorization ? { headers: { authorization } } : {})).status;
    expect(await statusWith(`Bearer ${graph}`)).toBe(200);
    expect(await statusWith()).toBe(401);
    expect(await statusWith(`Bearer ${arm}`)).toBe(401);
    expect(await statusWith(`Bearer ${graph.slice(0, -8)}AAAAAAAA`)).toBe(401);
    sandbox.advance(3_700_000);
    expect(await statusWith(`Bearer ${graph}`)).toBe(401);
  });
});
