import { expect, test } from 'vitest';
import { retryAfterOf, RefusedError, unlessRefused } from '../../activities/answer.ts';
import type { FailureClass } from '../../model/errors.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');

test.each([
  ['7', 7000],
  ['0', 0],
  ['1.5', 1500],
  ['Fri, 20 Nov 2026 12:01:00 GMT', 60_000],
  ['Fri, 20 Nov 2026 11:00:00 GMT', 0],
  ['soon', undefined],
])('Retry-After %s asks to wait %s ms', (value, ms) => {
  expect(retryAfterOf(value, NOW)).toBe(ms);
});

const judge = (error: unknown): FailureClass => (error as RefusedError).failure;
const refusing = (error: RefusedError) => unlessRefused(judge, () => Promise.reject(error));

test('a refusal is told, what may pass is thrown, and so is a failed sign-in: it says nothing of what was asked about', async () => {
  expect(await refusing(new RefusedError('PermissionDenied', 'no'))).toMatchObject({ ok: false, failure: { code: 'PermissionDenied' } });
  await expect(refusing(new RefusedError('Unavailable', 'later', 'retry'))).rejects.toMatchObject({ code: 'Unavailable' });
  await expect(refusing(new RefusedError('SignInFailed', 'no token'))).rejects.toMatchObject({ code: 'SignInFailed' });
});
