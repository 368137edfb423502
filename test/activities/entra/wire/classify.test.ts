import { expect, test } from 'vitest';
import { classifyEntra, isGone } from '../../../../activities/entra/wire/classify.ts';
import { refusal } from '../../refusals.ts';

test.each([
  [404, 'Request_ResourceNotFound', 'no', { kind: 'blocked', code: 'NotFound' }],
  [404, 'ResourceNotFound', 'no', { kind: 'blocked', code: 'NotFound' }],
  [404, '', 'a proxy’s page', { kind: 'blocked', code: 'Unknown' }],
  [403, 'Authorization_RequestDenied', 'no', { kind: 'blocked', code: 'Authorization_RequestDenied' }],
  [403, '', 'no', { kind: 'blocked', code: 'HTTP 403' }],
  [401, 'InvalidAuthenticationToken', 'Lifetime validation failed, the token is expired.', { kind: 'retry' }],
  [401, 'InvalidAuthenticationToken', 'Access token validation failure. Invalid audience.', { kind: 'blocked', code: 'TokenRefused' }],
  [409, 'Directory_ConcurrencyViolation', 'no', { kind: 'retry', code: 'Directory_ConcurrencyViolation' }],
  [409, 'Request_MultipleObjectsWithSameKeyValue', 'no', { kind: 'retry' }],
  [400, 'Request_BadRequest', 'no', { kind: 'blocked', code: 'Request_BadRequest' }],
  [429, 'TooManyRequests', 'no', { kind: 'retry', code: 'TooManyRequests' }],
  [503, 'serviceNotAvailable', 'no', { kind: 'retry', code: 'serviceNotAvailable' }],
  [410, 'Gone', 'no', { kind: 'blocked', code: 'Unknown' }],
] as const)('HTTP %i %s: %s', (status, code, message, judged) => {
  expect(classifyEntra(refusal(status, code, message))).toMatchObject(judged);
});

test('a denial names the Graph permissions', () => {
  const judged = classifyEntra(refusal(403, 'Authorization_RequestDenied', 'Insufficient privileges'));
  expect(judged).toMatchObject({
    message: expect.stringContaining('Application.ReadWrite.All and RoleManagement.Read.Directory') as string,
  });
});

test.each([
  [404, 'Request_ResourceNotFound', true],
  [404, 'ResourceNotFound', true],
  [404, '', false],
  [410, 'Gone', false],
  [403, 'Request_ResourceNotFound', false],
])('whether HTTP %i %s says that an object is gone: %s', (status, code, gone) => {
  expect(isGone(refusal(status, code))).toBe(gone);
});
