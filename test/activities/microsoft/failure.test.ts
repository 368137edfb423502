import { AggregateAuthenticationError, AuthenticationError, CredentialUnavailableError } from '@azure/identity';
import { describe, expect, test } from 'vitest';
import { RefusedError } from '../../../activities/answer.ts';
import { judgeCommon, retryAfterMs } from '../../../activities/microsoft/failure.ts';
import { refusal, unanswered } from '../refusals.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

describe('Retry-After', () => {
  test.each([
    [{ 'retry-after': '17' }, 17_000],
    [{ 'retry-after': 'Sun, 01 Mar 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Sun, 01 Mar 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'x-ms-retry-after-ms': '250', 'retry-after': '1' }, 250],
    [{ 'retry-after-ms': '40' }, 40],
    [{}, undefined],
  ] as [Record<string, string>, number | undefined][])('%j is %s ms', (headers, ms) => {
    expect(retryAfterMs((name) => headers[name], NOW)).toBe(ms);
  });

  test('a throttled call carries it to the engine', () => {
    const error = refusal(429, 'TooManyRequests', 'slow down', { 'retry-after': '5' });
    expect(judgeCommon(error, NOW)).toEqual({
      judged: { kind: 'retry', code: 'TooManyRequests', message: 'slow down', retryAfterMs: 5_000 },
    });
  });
});

test.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'REQUEST_SEND_ERROR'])('%s is tried again', (code) => {
  expect(judgeCommon(unanswered(code))).toMatchObject({ judged: { kind: 'retry', code } });
});

test.each([408, 500, 502, 503, 504])('HTTP %i is tried again', (status) => {
  expect(judgeCommon(refusal(status, ''))).toMatchObject({ judged: { kind: 'retry', code: `HTTP ${status}` } });
});

test('a certificate that is not trusted is a person’s matter', () => {
  expect(judgeCommon(unanswered('SELF_SIGNED_CERT_IN_CHAIN'))).toMatchObject({
    judged: { kind: 'blocked', code: 'SELF_SIGNED_CERT_IN_CHAIN' },
  });
});

describe('the sign-in', () => {
  const refused = { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret provided.' };
  test.each([
    ['a wrong secret', new AuthenticationError(401, refused), { kind: 'blocked', code: 'SignInFailed' }],
    ['an Entra fault', new AuthenticationError(503, { error: 'temporarily_unavailable', error_description: '' }), { kind: 'retry' }],
    [
      'no credential at all',
      new CredentialUnavailableError('EnvironmentCredential is unavailable'),
      { kind: 'blocked', code: 'SignInFailed' },
    ],
    [
      'an unreachable Entra, as MSAL says it',
      Object.assign(new Error('failed\nendpoints_resolution_error: See'), { name: 'AuthenticationError', statusCode: 400 }),
      { kind: 'retry' },
    ],
    [
      'a proxy’s page in place of Entra’s answer, as MSAL says it',
      Object.assign(
        new Error('failed\nunknown_error: Error(s): Not Available - Timestamp: Not Available - Description: An unknown error occured.'),
        {
          name: 'AuthenticationError',
          statusCode: 400,
        },
      ),
      { kind: 'retry' },
    ],
    [
      'a refusal that is not in Entra’s words',
      Object.assign(new Error('failed\n[object Object]: Error(s): Not Available - Timestamp: Not Available'), {
        name: 'AuthenticationError',
        statusCode: 400,
      }),
      { kind: 'retry' },
    ],
    ['an unreachable Entra', new CredentialUnavailableError('network_error: connect ECONNREFUSED 127.0.0.1:1'), { kind: 'retry' }],
  ])('%s', (_name, error, judged) => {
    expect(judgeCommon(error)).toMatchObject({ judged });
  });
});

test('a refused sign-in tells Entra’s own reason', () => {
  const text =
    'authentication failed. Status code: 400\nMore details:\ninvalid_client: 7000215 - Description: AADSTS7000215: Invalid client secret provided. - Trace ID: x';
  const error = Object.assign(new Error(text), { name: 'AuthenticationError', statusCode: 400 });
  expect(judgeCommon(error)).toMatchObject({
    judged: { kind: 'blocked', message: expect.stringContaining('(AADSTS7000215: Invalid client secret provided.)') as string },
  });
});

test('where a chain of credentials failed, each link tells its own reason', () => {
  const links = [
    new CredentialUnavailableError('EnvironmentCredential is unavailable. To troubleshoot, visit https://aka.ms/x.'),
    new CredentialUnavailableError("Please run 'az login' from a command prompt to authenticate.\nmore"),
  ];
  expect(judgeCommon(new AggregateAuthenticationError(links, 'ChainedTokenCredential authentication failed.'))).toMatchObject({
    judged: {
      kind: 'blocked',
      message: expect.stringContaining(
        "(EnvironmentCredential is unavailable. | Please run 'az login' from a command prompt to authenticate.)",
      ) as string,
    },
  });
});

test('our own refusal to ask keeps its code, anything unforeseen is blocked as Unknown', () => {
  expect(judgeCommon(new RefusedError('NoPortal', 'set it'))).toEqual({ judged: { kind: 'blocked', code: 'NoPortal', message: 'set it' } });
  expect(judgeCommon(new TypeError('oops'))).toEqual({ judged: { kind: 'blocked', code: 'Unknown', message: 'oops' } });
  expect(judgeCommon('oops')).toMatchObject({ judged: { kind: 'blocked', code: 'Unknown' } });
});
