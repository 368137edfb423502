import { describe, expect, it, test } from 'vitest';
import { classifyGcp, isGone } from '../../../../activities/gcp/wire/classify.ts';
import { NotYetError, RefusedError } from '../../../../activities/answer.ts';
import { OperationError } from '../../../../activities/gcp/wire/wire.ts';
import { googleError } from '../fixtures.ts';

const table: [string, unknown, string, string][] = [
  ['404 is not found', googleError(404, 'NOT_FOUND', 'Unknown service account'), 'blocked', 'NotFound'],
  ['404 as a web page is no word of Google’s API, and tried again', webPage(404), 'retry', 'NotTheApi'],
  ['410 is not found', googleError(410, 'NOT_FOUND', 'was deleted'), 'blocked', 'NotFound'],
  ['a stale etag is tried again', googleError(409, 'ABORTED', 'concurrent policy changes'), 'retry', 'ConcurrentChange'],
  ['a failed precondition on an etag is tried again', googleError(412, 'FAILED_PRECONDITION', 'etag'), 'retry', 'ConcurrentChange'],
  ['a name that is taken needs a person', googleError(409, 'ALREADY_EXISTS', 'exists'), 'blocked', 'AlreadyExists'],
  ['too many requests are tried again', googleError(429, 'RESOURCE_EXHAUSTED', 'quota'), 'retry', 'RateLimited'],
  ['a server fault is tried again', googleError(503, 'UNAVAILABLE', 'try later'), 'retry', 'Unavailable'],
  ['an internal fault is tried again', googleError(500, 'INTERNAL', 'oops'), 'retry', 'Unavailable'],
  ['a denied call needs a person', googleError(403, 'PERMISSION_DENIED', 'denied'), 'blocked', 'PermissionDenied'],
  ['refused credentials need a person', googleError(401, 'UNAUTHENTICATED', 'no'), 'blocked', 'Unauthenticated'],
  ['an unmet precondition needs a person', googleError(400, 'FAILED_PRECONDITION', 'deleted'), 'blocked', 'FailedPrecondition'],
  [
    'a member that policies still take for deleted is tried again',
    googleError(400, 'INVALID_ARGUMENT', 'Inconsistent representation of deleted member: x'),
    'retry',
    'NotYetForPolicies',
  ],
  ['an invalid argument needs a person', googleError(400, 'INVALID_ARGUMENT', 'bad'), 'blocked', 'InvalidArgument'],
  ['a status nobody expects needs a person', googleError(418, 'UNKNOWN', 'teapot'), 'blocked', 'Unknown'],
  ['a refused connection is tried again', withCode('ECONNREFUSED'), 'retry', 'Unreachable'],
  ['a reset below a fetch error is tried again', new Error('fetch failed', { cause: withCode('ECONNRESET') }), 'retry', 'Unreachable'],
  ['a timeout is tried again', new DOMException('aborted', 'TimeoutError'), 'retry', 'Unreachable'],
  ['an untrusted certificate needs a person', withCode('SELF_SIGNED_CERT_IN_CHAIN'), 'blocked', 'Unknown'],
  ['missing credentials need a person', new Error('Could not load the default credentials.'), 'blocked', 'NoCredentials'],
  ['a fault of our own needs a person', new TypeError('x is undefined'), 'blocked', 'Unknown'],
  ['something thrown that is no error needs a person', 'text', 'blocked', 'Unknown'],
  ['an operation that still runs is waited for', new NotYetError('OperationRunning', 'still runs'), 'retry', 'OperationRunning'],
  ['an operation that ended unavailable is tried again', new OperationError('x', 14), 'retry', 'Unavailable'],
  ['an operation that was denied needs a person', new OperationError('x', 7), 'blocked', 'PermissionDenied'],
  ['an operation on something gone is not found', new OperationError('x', 5), 'blocked', 'NotFound'],
];

describe("Google's errors", () => {
  test.each(table)('%s', (_, error, kind, code) => {
    const judged = classifyGcp(error);
    expect(judged).toMatchObject({ kind, code });
  });

  it('waits as long as Retry-After asks', () => {
    const error = googleError(429, 'RESOURCE_EXHAUSTED', 'quota', { headers: new Headers({ 'retry-after': '7' }) });
    expect(classifyGcp(error)).toMatchObject({ kind: 'retry', retryAfterMs: 7000 });
  });

  it('reads a Retry-After that is a date', () => {
    const at = new Date(Date.now() + 60_000).toUTCString();
    const judged = classifyGcp(googleError(503, 'UNAVAILABLE', 'later', { headers: new Headers({ 'retry-after': at }) }));
    expect((judged as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(50_000);
  });

  it('names the permission that is missing, from the details or from the text', () => {
    const details = [{ reason: 'IAM_PERMISSION_DENIED', metadata: { permission: 'iam.serviceAccounts.delete' } }];
    expect(classifyGcp(googleError(403, 'PERMISSION_DENIED', 'denied', { details }))).toMatchObject({
      message: expect.stringContaining('lacks the permission iam.serviceAccounts.delete') as string,
    });
    const text = "Permission 'resourcemanager.folders.setIamPolicy' denied on resource '//cloudresourcemanager.googleapis.com/folders/1'";
    expect(classifyGcp(googleError(403, 'PERMISSION_DENIED', text))).toMatchObject({
      message: expect.stringContaining('lacks the permission resourcemanager.folders.setIamPolicy,') as string,
    });
  });

  it('takes a quota told as 403 for a quota', () => {
    expect(classifyGcp(googleError(403, 'PERMISSION_DENIED', 'slow', { details: [{ reason: 'rateLimitExceeded' }] }))).toMatchObject({
      kind: 'retry',
      code: 'RateLimited',
    });
  });

  it('tells an API that is not enabled from a missing permission', () => {
    const error = googleError(403, 'PERMISSION_DENIED', 'IAM API has not been used', { details: [{ reason: 'SERVICE_DISABLED' }] });
    expect(classifyGcp(error)).toMatchObject({ kind: 'blocked', code: 'ServiceDisabled' });
  });

  it.each([
    ['BILLING_DISABLED', 'BillingDisabled', 'link one'],
    ['CONSUMER_SUSPENDED', 'ConsumerSuspended', 'suspended'],
    ['USER_PROJECT_DENIED', 'QuotaProjectDenied', 'serviceUsageConsumer'],
    ['SECURITY_POLICY_VIOLATED', 'VpcServiceControls', 'ingress rule'],
    ['ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'ScopeInsufficient', 'cloud-platform'],
  ])('tells %s from a missing permission, with its mend', (reason, code, mend) => {
    const told = classifyGcp(googleError(403, 'PERMISSION_DENIED', 'denied', { details: [{ reason }] }));
    expect(told).toMatchObject({ kind: 'blocked', code, message: expect.stringContaining(mend) as string });
    expect(told.message).not.toContain('lacks');
  });

  it('knows a perimeter by its sentence, too', () => {
    const words = "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: abc";
    expect(classifyGcp(googleError(403, 'PERMISSION_DENIED', words))).toMatchObject({ code: 'VpcServiceControls' });
  });

  it("takes the token endpoint's refusal for refused credentials", () => {
    const response = { status: 400, data: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } };
    expect(classifyGcp(Object.assign(new Error('invalid_grant'), { response }))).toMatchObject({ code: 'Unauthenticated' });
  });

  it('never tells a token', () => {
    const leaky = 'request with Bearer abc.def and ya29.A0-x_y and eyJhbGciOi.eyJzdWIi.sig failed';
    for (const error of [new Error(leaky), googleError(400, 'INVALID_ARGUMENT', leaky), googleError(403, 'PERMISSION_DENIED', leaky)]) {
      const told = JSON.stringify(classifyGcp(error));
      expect(told).toContain('failed');
      expect(told).not.toMatch(/abc\.def|ya29|eyJ|secret/);
    }
  });
});

/** As a proxy answers, and Google for an address that its API does not have. */
function webPage(status: number): Error {
  const response = { status, headers: new Headers(), data: '<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>' };
  return Object.assign(new Error(`Request failed with status code ${status}`), { status, response });
}

function withCode(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

test.each([
  [googleError(404, 'NOT_FOUND', 'x'), true],
  [googleError(410, 'NOT_FOUND', 'x'), true],
  [new OperationError('x', 5), true],
  [webPage(404), false],
  // Google's answer for what may be there, and our own word for a system that is not.
  [googleError(403, 'PERMISSION_DENIED', 'x'), false],
  [new RefusedError('NotFound', 'x'), false],
])('whether %o says that the thing is gone: %s', (error, gone) => {
  expect(isGone(error)).toBe(gone);
});
