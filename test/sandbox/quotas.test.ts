import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Quotas, QuotasSchema } from '../../sandbox/quotas.ts';
import type { SandboxRequest, SandboxResponse } from '../../sandbox/service.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

const request = (method: string, path: string, more: Partial<SandboxRequest> = {}): SandboxRequest => ({
  method,
  path,
  query: new URLSearchParams(),
  headers: {},
  body: '',
  ...more,
});
const done = () => Promise.resolve({ status: 200, body: { done: true } });
const session = (account: string) => ({ 'x-amz-security-token': `${Buffer.from(JSON.stringify({ account })).toString('base64url')}.seal` });
const rule = { burst: 1, perSecond: 1 };

function quotasOf(rules: unknown) {
  const quotas = new Quotas();
  quotas.set(QuotasSchema.parse(rules));
  const ask = async (prefix: string, one: SandboxRequest): Promise<SandboxResponse> => await quotas.around(prefix, one, done);
  return { quotas, ask };
}

test('by default any number is taken', async () => {
  const quotas = new Quotas();
  for (let i = 0; i < 500; i++) expect((await quotas.around('/arm', request('GET', '/subscriptions/a/x'), done)).status).toBe(200);
  expect(quotas.tell()).toEqual([]);
});

test('ARM counts by subscription and kind, says what it takes still, and fills up with time', async () => {
  const { quotas, ask } = quotasOf({ 'arm-delete': { burst: 2, perSecond: 0.5 } });
  const remove = (subscription: string) => ask('/arm', request('DELETE', `/subscriptions/${subscription}/x`));
  expect(await remove('A')).toMatchObject({ status: 200, headers: { 'x-ms-ratelimit-remaining-subscription-deletes': '1' } });
  expect((await remove('a')).status).toBe(200);
  expect(await remove('a')).toMatchObject({ status: 429, headers: { 'retry-after': '2' } });
  expect((await remove('b')).status).toBe(200);
  expect((await ask('/arm', request('GET', '/subscriptions/a/x'))).status).toBe(200);
  vi.advanceTimersByTime(2_000);
  expect((await remove('a')).status).toBe(200);
  expect(quotas.tell().map((c) => [c.quota, c.key, c.allowed, c.refused, c.late.allowed])).toEqual([
    ['arm-delete', 'a', 3, 1, 0],
    ['arm-delete', 'b', 1, 0, 0],
  ]);
  vi.advanceTimersByTime(60_000);
  await remove('a');
  expect(quotas.tell()[0]).toMatchObject({ allowed: 4, late: { allowed: 1, refused: 0 } });
});

test('AWS counts by account, and says so without a pause', async () => {
  const { ask } = quotasOf({ iam: rule });
  const list = (account: string) => ask('/iam', request('POST', '/', { body: 'Action=ListRoles', headers: session(account) }));
  expect((await list('1')).status).toBe(200);
  const refused = await list('1');
  expect([refused.status, refused.headers?.['retry-after']]).toEqual([400, undefined]);
  expect(refused.body).toContain('<Code>Throttling</Code>');
  expect((await list('2')).status).toBe(200);
});

test('Google counts pools by themselves, and says how long by RetryInfo', async () => {
  const { ask } = quotasOf({ 'gcp-pools-change': rule, 'gcp-iam-change': rule });
  const remove = (path: string) => ask('/gcp-iam', request('DELETE', `/v1/projects/p/${path}`));
  expect((await remove('serviceAccounts/a')).status).toBe(200);
  expect((await remove('locations/global/workloadIdentityPools/x')).status).toBe(200);
  const refused = await remove('serviceAccounts/a');
  expect(refused).toMatchObject({ status: 429, body: { error: { status: 'RESOURCE_EXHAUSTED' } } });
  expect(JSON.stringify(refused.body)).toContain('"retryDelay":"1.000s"');
  expect((await ask('/gcp-iam', request('POST', '/v1/projects/p/serviceAccounts/a:getIamPolicy'))).status).toBe(200);
});

test('what Graph is asked by POST is no change', async () => {
  const { ask } = quotasOf({ 'graph-change': rule });
  for (let i = 0; i < 3; i++) expect((await ask('/graph', request('POST', '/v1.0/directoryObjects/getByIds'))).status).toBe(200);
  expect((await ask('/graph', request('DELETE', '/v1.0/applications/1'))).status).toBe(200);
  expect(await ask('/graph', request('DELETE', '/v1.0/applications/1'))).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
});

test('the published quotas are there by name, and a name that is none is told', () => {
  expect(QuotasSchema.parse('published')).toMatchObject({ 'arm-delete': { burst: 200, perSecond: 10 }, 'graph-change': { perSecond: 20 } });
  expect(() => QuotasSchema.parse({ azure: rule })).toThrow('no quota has this name');
  expect(() => QuotasSchema.parse({ arm: { burst: 0, perSecond: 1 } })).toThrow('burst');
});
