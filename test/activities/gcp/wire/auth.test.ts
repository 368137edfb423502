import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { transportOfAnswers } from '../../../../activities/gcp/wire/answers.ts';
import { AskingAuth } from '../../../../activities/gcp/wire/auth.ts';

const folder = mkdtempSync(join(tmpdir(), 'offboard-google-'));
const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });

/** Tokens that the API refuses, and those it was shown. */
const refused = new Set<string>();
let shown: string[];
let status: number;
/** So many of the next calls are answered by a proxy, or not at all. */
let faults: number;
/** So many times a proxy answers in place of the token endpoint. */
let tokenFaults: number;
let methods: string[];
let server: Server;
let url: string;
beforeEach(async () => {
  let tokens = 0;
  shown = [];
  status = 401;
  faults = 0;
  tokenFaults = 0;
  methods = [];
  refused.clear();
  server = createServer(({ url: path, headers, method = '', socket }, answer) => {
    const reply = (code: number, body: object) =>
      void answer.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (path === '/token' && tokenFaults-- > 0) return void answer.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    if (path === '/token') {
      const issued_token_type = 'urn:ietf:params:oauth:token-type:access_token';
      return reply(200, { access_token: `t${++tokens}`, expires_in: 3600, token_type: 'Bearer', issued_token_type });
    }
    methods.push(method);
    if (faults-- > 0)
      return void (faults % 2 === 0 ? socket.destroy() : answer.writeHead(200, { 'content-type': 'text/html' }).end('<html>'));
    const token = (headers.authorization ?? '').replace('Bearer ', '');
    shown.push(token);
    return refused.has(token) ? reply(status, { error: { code: status, message: 'no' } }) : reply(200, {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('GOOGLE_CLOUD_PROJECT', 'sandbox');
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  rmSync(join(folder, 'credentials.json'));
});

/** How a worker may have its credentials; without a public key of Google's, any key signs. */
const CREDENTIALS: Record<string, () => object> = {
  'a service account': () => ({
    type: 'service_account',
    client_email: 'worker@sandbox.iam.gserviceaccount.com',
    private_key: privateKey,
  }),
  'workload identity federation': () => {
    writeFileSync(join(folder, 'subject'), 'a token of the workload');
    return {
      type: 'external_account',
      audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${url}/token`,
      credential_source: { file: join(folder, 'subject') },
    };
  },
};

function auth(credentials: () => object): AskingAuth {
  const file = join(folder, 'credentials.json');
  writeFileSync(file, JSON.stringify(credentials()));
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', file);
  const transporter = transportOfAnswers(5_000);
  // The library has the address of Google's token endpoint in itself.
  transporter.interceptors.request.add({
    resolved: (config) => {
      if (config.url.host === 'oauth2.googleapis.com') config.url = new URL(`${url}/token`);
      return Promise.resolve(config);
    },
  });
  return new AskingAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform', clientOptions: { transporter } });
}

test.each(Object.entries(CREDENTIALS))(
  'a token of %s that is refused before its time is replaced, and the call made once more',
  async (_, credentials) => {
    const google = auth(credentials);
    await google.request({ url: `${url}/api` });
    const [first = ''] = shown;
    refused.add(first);
    await google.request({ url: `${url}/api` });
    await google.request({ url: `${url}/api` });
    expect(shown.slice(0, 2)).toEqual([first, first]);
    expect(shown[2]).not.toBe(first);
    expect(shown[3]).toBe(shown[2]);
  },
);

test('a second refusal of a change is told, and one for another reason is not asked again', async () => {
  const google = auth(CREDENTIALS['a service account'] as () => object);
  for (const token of ['t1', 't2', 't3', 't4']) refused.add(token);
  await expect(google.request({ url: `${url}/api`, method: 'DELETE' })).rejects.toMatchObject({ response: { status: 401 } });
  expect(shown).toHaveLength(2);
  status = 403;
  await expect(google.request({ url: `${url}/api` })).rejects.toMatchObject({ response: { status: 403 } });
  expect(shown).toHaveLength(3);
});

test('what only asks is asked again after a page of a proxy and a broken connection, a change is not', async () => {
  const google = auth(CREDENTIALS['a service account'] as () => object);
  faults = 2;
  expect((await google.request({ url: `${url}/api` })).status).toBe(200);
  faults = 2;
  expect((await google.request({ url: `${url}/v3/projects/p:getIamPolicy`, method: 'POST', data: {} })).status).toBe(200);
  expect(methods).toEqual(['GET', 'GET', 'GET', 'POST', 'POST', 'POST']);
  methods = [];
  faults = 2;
  await expect(google.request({ url: `${url}/v3/projects/p:setIamPolicy`, method: 'POST', data: {} })).rejects.toMatchObject({
    code: 'NotAnAnswer',
  });
  await expect(google.request({ url: `${url}/api`, method: 'DELETE' })).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(methods).toEqual(['POST', 'DELETE']);
});

test.each(Object.entries(CREDENTIALS))('a page in place of a token of %s is no token, and is asked for again', async (_, credentials) => {
  const google = auth(credentials);
  tokenFaults = 2;
  expect((await google.request({ url: `${url}/api` })).status).toBe(200);
  expect(shown).toEqual(['t1']);
});
