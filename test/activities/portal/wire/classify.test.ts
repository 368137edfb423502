import { expect, test } from 'vitest';
import { classifyPortal } from '../../../../activities/portal/wire/classify.ts';
import { refusal } from '../../refusals.ts';

test.each([
  [404, 'NotFound', { kind: 'blocked', code: 'NotFound' }],
  [404, '', { kind: 'blocked', code: 'Unknown' }],
  [429, 'ResendTooSoon', { kind: 'retry', code: 'ResendTooSoon' }],
  [500, '', { kind: 'retry', code: 'HTTP 500' }],
  [401, 'Unauthorized', { kind: 'blocked', code: 'TokenRefused' }],
  [403, 'TooManyAttempts', { kind: 'blocked', code: 'TooManyAttempts' }],
  [403, 'Forbidden', { kind: 'blocked', code: 'Forbidden' }],
  [410, 'OtpExpired', { kind: 'blocked', code: 'OtpExpired' }],
  [400, 'BadRequest', { kind: 'blocked', code: 'Unknown' }],
] as const)('HTTP %i %s', (status, code, judged) => {
  expect(classifyPortal(refusal(status, code))).toMatchObject(judged);
});
