import { expect, test } from 'vitest';
import { classify, throttledOf as throttledByAws } from '../../activities/aws/wire/classify.ts';
import { classifyGcp, throttledOf as throttledByGoogle } from '../../activities/gcp/wire/classify.ts';
import { countedOf as countedByGoogle } from '../../activities/gcp/wire/quotas.ts';
import { armEndpoint, graphEndpoint } from '../../activities/microsoft/endpoints.ts';
import { countedOf, remainingOf } from '../../activities/microsoft/quotas.ts';
import { googleError } from './gcp/fixtures.ts';

const SUBSCRIPTION = '5d9b7fb3-0001-4a8c-8ecd-6f7a8b9cad01';
const elsewhere = { OFFBOARD_ARM_ENDPOINT: 'https://127.0.0.1:1/arm', OFFBOARD_GRAPH_ENDPOINT: 'https://127.0.0.1:1/graph' };

test.each([
  ['GET', `/subscriptions/${SUBSCRIPTION.toUpperCase()}/resourcegroups`, `ARM, subscription ${SUBSCRIPTION} (read)`, false],
  ['DELETE', `/subscriptions/${SUBSCRIPTION}/providers/x/roleAssignments/1`, `ARM, subscription ${SUBSCRIPTION} (delete)`, true],
  ['DELETE', `//subscriptions/${SUBSCRIPTION}/providers/x/roleAssignments/1`, `ARM, subscription ${SUBSCRIPTION} (delete)`, true],
  ['PUT', `/subscriptions/${SUBSCRIPTION}/x`, `ARM, subscription ${SUBSCRIPTION} (write)`, true],
  ['GET', '/subscriptions?api-version=1', 'ARM, tenant (read)', false],
  ['DELETE', '/providers/Microsoft.Authorization/roleAssignments/1', 'ARM, tenant (delete)', true],
])('ARM counts by subscription, else by tenant, and each kind of call apart, wherever it is: %s %s', (method, path, key, change) => {
  for (const arm of [
    armEndpoint('usgov', {}),
    armEndpoint('public', elsewhere),
    { ...armEndpoint('public', {}), url: 'https://gateway.example/' },
  ])
    expect(countedOf(arm, method, `${arm.url}${path}`)).toMatchObject({ key, change });
});

test('Graph counts for the application, questions that are sent by POST as questions', () => {
  const graph = graphEndpoint('public', elsewhere);
  const key = (method: string, path: string) => countedOf(graph, method, `${graph.url}${path}`);
  expect(key('GET', '/v1.0/applications')).toMatchObject({ key: 'Microsoft Graph (read)', change: false });
  expect(key('POST', '/v1.0/directoryObjects/getByIds')).toMatchObject({ key: 'Microsoft Graph (read)', change: false });
  expect(key('DELETE', '/v1.0/applications/1')).toMatchObject({ key: 'Microsoft Graph (change)', change: true, quota: { perSecond: 20 } });
});

test('the portal publishes nothing and is not counted', () => {
  const portal = { url: 'https://portal.example', tokenScope: 'b46c3ac5-9da6-418f-a849-0a07a10b3c6c/.default' };
  expect(countedOf(portal, 'GET', 'https://portal.example/api/collectors')).toBeUndefined();
});

test('ARM tells how many calls of a kind it takes still', () => {
  const header = (name: string) =>
    ({ 'x-ms-ratelimit-remaining-subscription-deletes': '7', 'x-ms-ratelimit-remaining-tenant-reads': '9' })[name];
  expect([remainingOf(header, 'DELETE'), remainingOf(header, 'GET'), remainingOf(header, 'PUT')]).toEqual([7, 9, undefined]);
});

const iam = 'https://iam.googleapis.com/v1/projects/p';
test.each([
  [`${iam}/serviceAccounts/a`, false, 'Google IAM (change)'],
  [`${iam}/serviceAccounts/a:getIamPolicy`, true, 'Google IAM (read)'],
  [`${iam}/locations/global/workloadIdentityPools/x/providers/y`, false, 'Google IAM pools (change)'],
  ['https://127.0.0.1:1/gcp-iam/v1/organizations/1/roles/r', false, 'Google IAM (change)'],
  ['https://127.0.0.1:1/gcp-crm/v3/projects/p:setIamPolicy', false, 'Google Resource Manager (change)'],
  ['https://cloudasset.googleapis.com/v1/organizations/1:searchAllIamPolicies', true, 'Google Cloud Asset (read)'],
  [
    'https://policyanalyzer.googleapis.com/v1/projects/p/locations/global/activityTypes/t/activities:query',
    true,
    'Google Policy Analyzer (read)',
  ],
])('Google counts by API for whoever pays, whatever project is asked about: %s', (url, question, key) => {
  expect(countedByGoogle(url, question)).toMatchObject({ key, change: !question });
});

const aws = (Code: string, httpStatusCode = 400) => Object.assign(new Error('x'), { name: Code, Code, $metadata: { httpStatusCode } });

test('AWS says by many codes that it is asked too often', () => {
  for (const code of [
    'Throttling',
    'ThrottlingException',
    'TooManyRequestsException',
    'RequestLimitExceeded',
    'SlowDown',
    'ThrottledException',
  ])
    expect(throttledByAws(aws(code))).toEqual({ pauseMs: undefined });
  expect(throttledByAws(aws('Whatever', 429))).toEqual({ pauseMs: undefined });
  for (const code of ['ServiceUnavailable', 'DeleteConflict', 'AccessDenied', 'ExpiredToken'])
    expect(throttledByAws(aws(code))).toBeUndefined();
  expect(classify(aws('Throttling')).kind).toBe('retry');
});

test('Google says it by status, or by the reason of a 403, and for how long by RetryInfo or Retry-After', () => {
  const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.5s' }];
  const busy = googleError(429, 'RESOURCE_EXHAUSTED', 'quota', { details });
  expect(throttledByGoogle(busy)).toEqual({ pauseMs: 1_500 });
  expect(classifyGcp(busy)).toMatchObject({ kind: 'retry', retryAfterMs: 1_500 });
  expect(throttledByGoogle(googleError(429, 'RESOURCE_EXHAUSTED', 'quota', { headers: new Headers({ 'retry-after': '7' }) }))).toEqual({
    pauseMs: 7_000,
  });
  expect(throttledByGoogle(googleError(403, 'PERMISSION_DENIED', 'quota', { details: [{ reason: 'rateLimitExceeded' }] }))).toEqual({
    pauseMs: undefined,
  });
  expect(throttledByGoogle(googleError(503, 'UNAVAILABLE', 'later'))).toBeUndefined();
});
