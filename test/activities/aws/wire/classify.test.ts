import { DeleteConflictException, NoSuchEntityException } from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import { classify } from '../../../../activities/aws/wire/classify.ts';
import { isGone } from '../../../../activities/aws/wire/classify.ts';
import { NotYetError, RefusedError } from '../../../../activities/answer.ts';

/** An error as the SDK throws it: the service's code as its name, the answer's status and headers beside it. */
function sdk(name: string, status = 400, headers: Record<string, string> = {}, message = `${name} happened`): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status }, $response: { statusCode: status, headers } });
}

function node(code: string): Error {
  return Object.assign(new Error(`connect ${code} 127.0.0.1:443`), { code });
}

test.each([
  ['NoSuchEntity', sdk('NoSuchEntity', 404)],
  [
    'NoSuchEntityException of the SDK',
    new NoSuchEntityException({ $metadata: { httpStatusCode: 404 }, message: 'The role x cannot be found.' }),
  ],
])('%s means gone to the wire; where it gets through, a person looks', (_name, error) => {
  expect(isGone(error)).toBe(true);
  expect(classify(error)).toMatchObject({ kind: 'blocked', code: 'NotFound' });
});

test.each<[string, unknown, string]>([
  ['Throttling', sdk('Throttling'), 'Throttling'],
  ['ThrottlingException', sdk('ThrottlingException'), 'Throttling'],
  ['TooManyRequestsException', sdk('TooManyRequestsException', 429), 'TooManyRequests'],
  ['429 without a known code', sdk('Whatever', 429), 'TooManyRequests'],
  ['ServiceFailure', sdk('ServiceFailureException', 500), 'ServiceFailure'],
  ['a 5xx without a known code', sdk('Whatever', 503), 'Http503'],
  ['a refused connection', node('ECONNREFUSED'), 'ECONNREFUSED'],
  ['a refused connection on every address', Object.assign(new AggregateError([node('ECONNREFUSED')], ''), {}), 'ECONNREFUSED'],
  ['a broken connection', node('ECONNRESET'), 'ECONNRESET'],
  ['a broken connection as a cause', new Error('fetch failed', { cause: node('ECONNRESET') }), 'ECONNRESET'],
  ['a timeout of the handler', sdk('TimeoutError'), 'TimeoutError'],
  [
    'DeleteConflict',
    new DeleteConflictException({ $metadata: { httpStatusCode: 409 }, message: 'must detach all policies first.' }),
    'DeleteConflict',
  ],
  ['ConcurrentModification', sdk('ConcurrentModificationException', 409), 'ConcurrentModification'],
  ['EntityTemporarilyUnmodifiable', sdk('EntityTemporarilyUnmodifiableException', 409), 'EntityTemporarilyUnmodifiable'],
  ['an expired session', sdk('ExpiredToken', 403), 'ExpiredToken'],
  ['an expired session in STS’s words', sdk('ExpiredTokenException', 403), 'ExpiredToken'],
  ['dependants that vanish', new NotYetError('DependantsVanishing', 'x still shows y'), 'DependantsVanishing'],
])('%s is tried again', (_name, error, code) => {
  const judged = classify(error);
  expect(judged).toMatchObject({ kind: 'retry', code });
  expect(judged).not.toHaveProperty('retryAfterMs');
});

test('the pause AWS asks for is kept, in seconds or as a date', () => {
  expect(classify(sdk('Throttling', 429, { 'retry-after': '7' }))).toMatchObject({ kind: 'retry', retryAfterMs: 7_000 });
  const judged = classify(sdk('ServiceUnavailable', 503, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() }));
  expect(judged.kind === 'retry' && judged.retryAfterMs).toBeGreaterThan(50_000);
});

test.each<[string, unknown, string, string]>([
  ['AccessDenied', sdk('AccessDenied', 403), 'AccessDenied', 'docs/clouds/aws.md'],
  ['AccessDeniedException', sdk('AccessDeniedException', 403), 'AccessDenied', 'docs/clouds/aws.md'],
  ['InvalidClientTokenId', sdk('InvalidClientTokenId', 403), 'InvalidClientTokenId', 'valid credentials'],
  ['SignatureDoesNotMatch', sdk('SignatureDoesNotMatch', 403), 'SignatureDoesNotMatch', 'secret key'],
  ['ValidationError', sdk('ValidationError'), 'ValidationError', 'report it'],
  ['LimitExceeded', sdk('LimitExceededException', 409), 'LimitExceeded', 'quota'],
  ['UnmodifiableEntity', sdk('UnmodifiableEntityException'), 'UnmodifiableEntity', 'service that owns it'],
  ['a suspended account', sdk('AccountSuspended', 403), 'AccountSuspended', 'reinstated'],
  ['an account not signed up', sdk('OptInRequired', 403), 'OptInRequired', 'reinstated'],
  ['no credentials at all', sdk('CredentialsProviderError'), 'CredentialsProviderError', 'give the worker credentials'],
  ['a certificate nobody trusts', node('SELF_SIGNED_CERT_IN_CHAIN'), 'SELF_SIGNED_CERT_IN_CHAIN', 'NODE_EXTRA_CA_CERTS'],
  ['our own refusal', new RefusedError('StillInUse', 'detach it there'), 'StillInUse', 'detach it there'],
  ['an error nobody knows', sdk('Surprise', 418), 'Unknown', 'Surprise'],
  ['a fault of our own', new TypeError('x is not a function'), 'Unknown', 'x is not a function'],
  ['something that is no error', 'a string', 'Unknown', 'a string'],
  ['nothing', undefined, 'Unknown', 'undefined'],
])('%s needs a person, who is told the mend', (_name, error, code, mend) => {
  expect(classify(error)).toMatchObject({ kind: 'blocked', code, message: expect.stringContaining(mend) as unknown });
});

test('a denial that the SDK names by an unknown 5xx keeps its own word', () => {
  expect(classify(sdk('AccessDenied', 500))).toMatchObject({ kind: 'blocked', code: 'AccessDenied' });
});

test('no key, secret or token stands in a message', () => {
  const secrets = [
    'AKIAIOSFODNN7EXAMPLE',
    'ASIAY34FZKBOKMUTVV7A',
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    `FwoGZXIvYXdzE${'Ab3/'.repeat(60)}==`,
  ];
  for (const name of ['AccessDenied', 'SignatureDoesNotMatch', 'InvalidClientTokenId', 'ValidationError', 'Surprise']) {
    const judged = classify(sdk(name, 403, {}, `The request by ${secrets.join(' with ')} was refused\nx-amz-security-token:${secrets[3]}`));
    for (const secret of secrets) expect('message' in judged && judged.message).not.toContain(secret);
  }
});

test('a message keeps the ARNs it is about', () => {
  const arn = 'arn:aws:iam::111122223333:role/contoso-platform-entitlement-member-role';
  const judged = classify(sdk('AccessDenied', 403, {}, `User: ${arn} is not authorized to perform: iam:DeleteRole on resource: role x`));
  expect(judged).toMatchObject({ message: expect.stringContaining(arn) as unknown });
});

test.each(['constructor', 'toString', '__proto__'])('a code that every object has a field of is none that is known: %s', (code) => {
  expect(classify(sdk(code))).toMatchObject({ kind: 'blocked', code: 'Unknown', message: `${code}: ${code} happened; look at it` });
});
