import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { asFailure, cloudUnavailable, failureMessage, notAuthorized, pausing, refused } from '../../activities/failures.ts';
import { OffboardError } from '../../model/errors.ts';

const thrownBy = (error: Error) => asFailure('records', () => Promise.reject(error)).catch((thrown: unknown) => thrown);

test('a mistake of the user fails an activity at once, with its code', async () => {
  expect(await thrownBy(new OffboardError('InvalidValue', 'manifest: no'))).toMatchObject({
    type: 'Invalid',
    nonRetryable: true,
    details: ['InvalidValue', []],
  });
});

test('what nobody foresaw, such as a full disk, is a fault that is tried again and keeps its cause', async () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  const thrown = await thrownBy(full);
  expect(thrown).toBeInstanceOf(ApplicationFailure);
  expect(thrown).toMatchObject({ type: 'Fault', message: full.message, nonRetryable: false, cause: full });
});

test.each([cloudUnavailable('away'), notAuthorized('no'), refused('OtpShape', 'no'), new CancelledFailure('stop')])(
  'what is a failure already goes on as it is: %s',
  async (failure) => {
    expect(await thrownBy(failure)).toBe(failure);
  },
);

test.each([
  [1, cloudUnavailable('away'), 1_000],
  [4, cloudUnavailable('away'), 8_000],
  [2_000, cloudUnavailable('away'), 30_000],
  [4, cloudUnavailable('away', 60_000), 60_000],
  [4, notAuthorized('no'), undefined],
])(
  'after try %i of what is %s Temporal waits %s ms: twice as long each time, up to half a minute',
  async (attempt, failure, nextRetryDelay) => {
    const env = new MockActivityEnvironment({ attempt }, { logger: new DefaultLogger('ERROR') });
    await expect(env.run(() => pausing(() => Promise.reject(failure)))).rejects.toMatchObject({ message: failure.message, nextRetryDelay });
  },
);

test('a failure in words says its code once, before what it means', () => {
  const worded = (code: string, message: string) => failureMessage({ kind: 'blocked', code, message });
  expect(worded('AccessDenied', 'AccessDenied: allow the action')).toBe('AccessDenied: allow the action');
  expect(worded('AccessDenied', 'allow the action')).toBe('AccessDenied: allow the action');
  expect(worded('Unknown', 'Surprise: look at it')).toBe('Unknown: Surprise: look at it');
  expect(worded('NotFound', 'NotFoundAtAll: look at it')).toBe('NotFound: NotFoundAtAll: look at it');
});
