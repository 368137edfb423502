import type { TokenCredential } from '@azure/core-auth';
import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { restTo } from '../../../activities/microsoft/rest.ts';

const BASE = 'https://graph.example/v1.0';
const endpoint = { url: `${BASE}/`, tokenScope: 'https://graph.example/.default' };
const credential: TokenCredential = { getToken: () => Promise.resolve({ token: 'secret', expiresOnTimestamp: Date.now() + 3_600_000 }) };

/** Answers each URL with what stands for it and remembers what was asked, with its token. */
function answering(answers: Record<string, { status?: number; body: string }>) {
  const asked: string[] = [];
  const client: HttpClient = {
    sendRequest: (request) => {
      asked.push(`${request.method} ${request.url} ${request.headers.get('authorization') ?? ''}`);
      const { status = 200, body } = answers[request.url] ?? { status: 404, body: '' };
      return Promise.resolve({
        request,
        status,
        headers: createHttpHeaders({ 'content-type': body.startsWith('<') ? 'text/html' : 'application/json' }),
        bodyAsText: body,
      });
    },
  };
  return { asked, rest: restTo(endpoint, credential, client) };
}

const page = (value: number[], next?: string) => ({ body: JSON.stringify({ value, ...(next ? { '@odata.nextLink': next } : {}) }) });

test('all pages of a listing are read', async () => {
  const { rest } = answering({ [`${BASE}/a`]: page([1, 2], `${BASE}/a?$skiptoken=2`), [`${BASE}/a?$skiptoken=2`]: page([3]) });
  expect(await rest.list('/a', z.int())).toEqual([1, 2, 3]);
});

test('a next link to another origin is not followed and gets no token', async () => {
  const { asked, rest } = answering({ [`${BASE}/a`]: page([1], 'https://evil.example/v1.0/a') });
  await expect(rest.list('/a', z.int())).rejects.toMatchObject({ code: 'ForeignLink' });
  expect(asked).toEqual([`GET ${BASE}/a Bearer secret`]);
});

test('pages that lead back to one that was read are no answer, however long the round', async () => {
  const { asked, rest } = answering({ [`${BASE}/a`]: page([1], `${BASE}/b`), [`${BASE}/b`]: page([2], `${BASE}/a`) });
  await expect(rest.list('/a', z.int())).rejects.toMatchObject({ code: 'PagesGoRound', kind: 'retry' });
  expect(asked).toHaveLength(2);
});

test('a failed second page fails the whole listing', async () => {
  const { rest } = answering({ [`${BASE}/a`]: page([1], `${BASE}/b`), [`${BASE}/b`]: { status: 503, body: '' } });
  await expect(rest.list('/a', z.int())).rejects.toMatchObject({ statusCode: 503 });
});

test('a refusal carries the service’s own code; a proxy’s page has none', async () => {
  const { rest } = answering({
    [`${BASE}/a`]: { status: 404, body: '{"error":{"code":"Request_ResourceNotFound","message":"gone"}}' },
    [`${BASE}/b`]: { status: 404, body: '<html>not here</html>' },
  });
  await expect(rest.send('GET', '/a', z.unknown())).rejects.toMatchObject({
    statusCode: 404,
    code: 'Request_ResourceNotFound',
    message: 'gone',
  });
  const error = await rest.send('GET', '/b', z.unknown()).catch((e: unknown) => e);
  expect(error).toMatchObject({ statusCode: 404 });
  expect((error as { code?: string }).code).toBeUndefined();
});

test('a redirect is a refusal, not followed', async () => {
  const { asked, rest } = answering({ [`${BASE}/a`]: { status: 302, body: '' } });
  await expect(rest.send('GET', '/a', z.unknown())).rejects.toMatchObject({ statusCode: 302 });
  expect(asked).toHaveLength(1);
});

test('an answer of another shape is an error, never an empty list', async () => {
  const { rest } = answering({ [`${BASE}/a`]: { body: '{"values":[]}' } });
  await expect(rest.list('/a', z.int())).rejects.toThrow('value');
});

test.each(['<html>sign in first</html>', ''])('a page with status 200 is no answer, and is asked for again: %j', async (body) => {
  const { rest } = answering({ [`${BASE}/a`]: { body } });
  await expect(rest.list('/a', z.int())).rejects.toMatchObject({ code: 'NotAnAnswer', kind: 'retry' });
});

/** Answers one call after the other, and counts them. */
function inTurn(...answers: { status: number; body: string; retryAfter?: string }[]) {
  const asked: string[] = [];
  const client: HttpClient = {
    sendRequest: (request) => {
      const { status, body, retryAfter } = answers[asked.length] ?? { status: 500, body: '' };
      asked.push(request.method);
      const type = body.startsWith('<') ? 'text/html' : 'application/json';
      const headers = createHttpHeaders({ 'content-type': type, ...(retryAfter ? { 'retry-after': retryAfter } : {}) });
      return Promise.resolve({ request, status, headers, bodyAsText: body });
    },
  };
  return { asked, rest: restTo(endpoint, credential, client) };
}

const DONE = { status: 200, body: '{"value":[1]}' };
const value = z.object({ value: z.array(z.int()) });

test.each([
  ['503 of something on the way', { status: 503, body: '<html>' }],
  ['429 with a Retry-After', { status: 429, body: '{"error":{"code":"TooManyRequests"}}', retryAfter: '0' }],
  ['a page with status 200', { status: 200, body: '<html>sign in first</html>' }],
  ['an answer that broke off', { status: 200, body: '{"value":[1' }],
  ['a token that has just ended', { status: 401, body: '{"error":{"code":"ExpiredAuthenticationToken"}}' }],
])('a question is asked again after %s', async (_, fault) => {
  const listing = inTurn(fault, fault, DONE);
  expect(await listing.rest.list('/a', z.int())).toEqual([1]);
  const long = inTurn(fault, DONE);
  expect(await long.rest.ask('/a', value, {})).toEqual({ value: [1] });
  expect([listing.asked, long.asked]).toEqual([
    ['GET', 'GET', 'GET'],
    ['POST', 'POST'],
  ]);
});

test('a change is made once here, however it was answered: whether to make it again the engine decides', async () => {
  const { asked, rest } = inTurn({ status: 503, body: '' }, DONE);
  await expect(rest.send('DELETE', '/a', z.unknown())).rejects.toMatchObject({ statusCode: 503 });
  await expect(inTurn({ status: 503, body: '' }, DONE).rest.send('POST', '/a', value, {})).rejects.toMatchObject({ statusCode: 503 });
  expect(asked).toEqual(['DELETE']);
});

test('a refusal is not asked about again, and a pause that is too long is left to whoever asks', async () => {
  const refused = inTurn({ status: 403, body: '{"error":{"code":"Authorization_RequestDenied"}}' }, DONE);
  await expect(refused.rest.list('/a', z.int())).rejects.toMatchObject({ statusCode: 403 });
  const busy = inTurn({ status: 429, body: '', retryAfter: '3600' }, DONE);
  await expect(busy.rest.list('/a', z.int())).rejects.toMatchObject({ statusCode: 429 });
  expect([refused.asked.length, busy.asked.length]).toEqual([1, 1]);
});
