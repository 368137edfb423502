import { createSecretKey } from 'node:crypto';
import { request, type OutgoingHttpHeaders } from 'node:http';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCodecServer, type CodecServer } from '../../../security/codec/server.ts';
import type { KeyRing } from '../../../security/keys.ts';
import { sealPayload } from '../../../security/payload.ts';

const KEY = Buffer.alloc(32, 7);
const RING: KeyRing = { current: 'k', keys: new Map([['k', createSecretKey(KEY)]]) };
const OTHER: KeyRing = { current: 'o', keys: new Map([['o', createSecretKey(Buffer.alloc(32, 8))]]) };
const SECRET = 'a-secret-that-nobody-guesses';
const UI = 'http://127.0.0.1:8080';
const BOUND = { namespace: 'prod', workflowId: 'offboarding-1' };
const SAID = 'who may take the account over';

let server: CodecServer;
let port = 0;
const refusals: string[] = [];
beforeAll(async () => {
  const door = { origin: UI, namespaces: ['prod'], secret: SECRET, bearer: (token: string) => Promise.resolve(token === 'from-entra') };
  server = await startCodecServer({ ring: RING, door, port: 0, refused: (_, why) => void refusals.push(why) });
  port = Number(new URL(server.url).port);
});
afterAll(() => server.stop());

interface Answer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  text: string;
}

interface Sent {
  method?: string;
  path?: string;
  headers?: OutgoingHttpHeaders;
  body?: string;
}

const HEADERS = { 'content-type': 'application/json', 'x-namespace': 'prod', origin: UI };

/** As the UI sends it, but for what is said otherwise; a header that is undefined is left out. */
async function send({ method = 'POST', path = `/${SECRET}/decode`, headers = {}, body = bodyOf(sealed()) }: Sent = {}): Promise<Answer> {
  const all = Object.entries({ ...HEADERS, ...headers }).filter(([, value]) => value !== undefined);
  return await new Promise((done, fail) => {
    const asked = request({ host: '127.0.0.1', port, method, path, headers: Object.fromEntries(all) }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => void (text += part));
      response.on('end', () => done({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    asked.on('error', fail);
    asked.end(method === 'POST' ? body : undefined);
  });
}

const sealed = (ring = RING, bound: typeof BOUND | undefined = BOUND): Payload =>
  sealPayload(ring, defaultPayloadConverter.toPayload(SAID), bound);

function bodyOf(...payloads: Payload[]): string {
  const base64 = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('base64');
  const texts = payloads.map(({ metadata, data }) => ({
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([k, v]) => [k, base64(v)])),
    data: base64(data),
  }));
  return JSON.stringify({ payloads: texts });
}

/** What an answer holds, as the UI shows it. */
function shown({ text }: Answer): { data: string; metadata: Record<string, string> }[] {
  const { payloads } = JSON.parse(text) as { payloads: { data: string; metadata: Record<string, string> }[] };
  const plain = (t: string) => Buffer.from(t, 'base64').toString();
  return payloads.map(({ data, metadata }) => ({
    data: plain(data),
    metadata: Object.fromEntries(Object.entries(metadata).map(([k, v]) => [k, plain(v)])),
  }));
}

test('the UI is shown what a payload holds and whose it is, and may read the answer', async () => {
  const answer = await send();
  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({ 'access-control-allow-origin': UI, 'cache-control': 'no-store', vary: 'Origin' });
  expect(shown(answer)).toEqual([{ data: JSON.stringify(SAID), metadata: { encoding: 'json/plain', 'workflow-id': 'offboarding-1' } }]);
});

test('what it encrypts it decrypts; it is bound to no workflow', async () => {
  const plain = bodyOf(defaultPayloadConverter.toPayload(SAID));
  const encoded = await send({ path: `/${SECRET}/encode`, body: plain });
  expect(encoded.text).not.toContain(Buffer.from(SAID).toString('base64').slice(4, 20));
  expect(shown(encoded)[0]?.metadata).toEqual({ encoding: 'binary/encrypted', 'encryption-key-id': 'k' });
  expect(shown(await send({ body: encoded.text }))[0]).toEqual({ data: JSON.stringify(SAID), metadata: { encoding: 'json/plain' } });
});

test('the official CLI, which is no page and names no origin, comes in by the secret as a bearer token or in the path', async () => {
  expect((await send({ headers: { origin: undefined } })).status).toBe(200);
  expect((await send({ path: '/decode', headers: { origin: undefined, authorization: `Bearer ${SECRET}` } })).status).toBe(200);
});

test('a token that somebody else vouches for opens it too', async () => {
  expect((await send({ path: '/decode', headers: { authorization: 'Bearer from-entra' } })).status).toBe(200);
  expect((await send({ path: '/decode', headers: { authorization: 'Bearer from-mallory' } })).status).toBe(401);
});

test('a browser that asks whether the UI may ask is told so, and for no other page', async () => {
  const asking = { 'access-control-request-method': 'POST', 'access-control-request-private-network': 'true' };
  const told = await send({ method: 'OPTIONS', headers: asking });
  expect(told.status).toBe(204);
  expect(told.headers).toMatchObject({
    'access-control-allow-origin': UI,
    'access-control-allow-headers': 'content-type,x-namespace,authorization',
    'access-control-allow-private-network': 'true',
  });
  const foreign = await send({ method: 'OPTIONS', headers: { ...asking, origin: 'https://evil.example' } });
  expect(foreign.status).toBe(403);
  expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
});

test.each<[string, Sent, number, string]>([
  ['a page that reaches it by a DNS name of its own', { headers: { host: 'evil.example' } }, 421, 'not called so'],
  [
    'one that does with the right port',
    {
      headers: {
        get host() {
          return `evil.example:${port}`;
        },
      },
    },
    421,
    'not called so',
  ],
  ['localhost without the port', { headers: { host: 'localhost' } }, 421, 'not called so'],
  ['a page of another origin', { headers: { origin: 'https://evil.example' } }, 403, 'not the Temporal UI'],
  ['a page of another port of this machine', { headers: { origin: 'http://127.0.0.1:8081' } }, 403, 'not the Temporal UI'],
  ['a page without an origin of its own', { headers: { origin: 'null' } }, 403, 'not the Temporal UI'],
  ['nobody who was told the secret', { path: '/decode' }, 401, 'secret'],
  ['somebody who guesses the secret', { path: `/${SECRET}x/decode` }, 401, 'secret'],
  ['a bearer token that is another', { path: '/decode', headers: { authorization: 'Bearer x' } }, 401, 'secret'],
  ['another path', { path: `/${SECRET}/keys` }, 404, 'nothing here'],
  ['the path with more in it', { path: `/${SECRET}/x/decode` }, 401, 'secret'],
  ['a GET, which a page may send unasked', { method: 'GET' }, 405, 'POST'],
  ['a form, which a page may send unasked', { headers: { 'content-type': 'text/plain' } }, 415, 'application/json'],
  ['no namespace', { headers: { 'x-namespace': undefined } }, 400, 'X-Namespace is missing'],
  ['another namespace', { headers: { 'x-namespace': 'test' } }, 403, 'X-Namespace'],
  [
    'a payload of another namespace',
    { body: bodyOf(sealed(RING, { ...BOUND, namespace: 'test' })) },
    403,
    'payloads[0]: is of another namespace',
  ],
  ['a payload by a key that is not here', { body: bodyOf(sealed(), sealed(OTHER)) }, 400, 'payloads[1]: no key'],
  ['what is no JSON', { body: SAID }, 400, 'not JSON of the form'],
  ['JSON of another shape', { body: JSON.stringify({ payloads: SAID }) }, 400, 'not JSON of the form'],
  ['payloads that are none', { body: JSON.stringify({ payloads: [SAID] }) }, 400, ''],
])('%s is refused in words, and told nothing', async (_, sent, status, words) => {
  refusals.length = 0;
  const answer = await send(sent);
  expect(answer.status).toBe(status);
  expect((JSON.parse(answer.text) as { error: string }).error).toContain(words);
  expect(refusals).toEqual([expect.stringContaining(words)]);
  for (const secret of [SECRET, SAID, KEY.toString('base64'), 'from-entra']) expect(answer.text + refusals.join()).not.toContain(secret);
  // The UI may read why it is refused; no other page may.
  const { origin } = { ...HEADERS, ...sent.headers };
  expect(answer.headers['access-control-allow-origin']).toBe(origin === UI ? UI : undefined);
});

test('a body that does not end is cut off', async () => {
  const body = JSON.stringify({ payloads: ['x'.repeat(17 * 1024 * 1024)] });
  const answer = await send({ body }).catch((error: unknown) => (error as NodeJS.ErrnoException).code);
  expect(typeof answer === 'string' ? ['ECONNRESET', 'EPIPE'] : [413]).toContain(typeof answer === 'string' ? answer : answer?.status);
});

test('once the UI is another page, the one before is refused', async () => {
  server.allow('http://127.0.0.1:9999');
  expect((await send()).status).toBe(403);
  expect((await send({ headers: { origin: 'http://127.0.0.1:9999' } })).status).toBe(200);
  server.allow(UI);
});
