import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { askAgain } from '../../activities/ask-again.ts';
import type { FailureClass } from '../../model/errors.ts';

const passing = (): FailureClass => ({ kind: 'retry', code: 'Unavailable', message: '' });

/** Fails so often, then answers; `asked` tells how often it was asked. */
function failing(times: number, error = new Error('503')) {
  const state = { asked: 0 };
  const ask = () => (++state.asked <= times ? Promise.reject(error) : Promise.resolve('answer'));
  return { state, ask };
}

test('a question whose moment was bad is answered later', async () => {
  const { state, ask } = failing(3);
  expect([await askAgain(passing, ask), state.asked]).toEqual(['answer', 4]);
});

test('after five tries the last failure is told', async () => {
  const { state, ask } = failing(100);
  await expect(askAgain(passing, ask)).rejects.toThrow('503');
  expect(state.asked).toBe(5);
});

test('where nobody listens it is asked once more, and the outage is left to whoever waits for days', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  let asked = 0;
  const ask = () => {
    asked++;
    return fetch(`http://127.0.0.1:${port}/`);
  };
  await expect(askAgain(passing, ask)).rejects.toThrow('fetch failed');
  expect(asked).toBe(2);
});

test.each([
  ['what no later try mends', { kind: 'blocked', code: 'AccessDenied', message: '' }],
  ['a pause that is too long', { kind: 'retry', code: 'Throttled', message: '', retryAfterMs: 60_000 }],
] as const)('%s is told at once', async (_, failure) => {
  const { state, ask } = failing(1);
  await expect(askAgain(() => failure, ask)).rejects.toThrow('503');
  expect(state.asked).toBe(1);
});

test('an activity that is to stop asks no more', async () => {
  const env = new MockActivityEnvironment();
  const { state, ask } = failing(100);
  const asking = env.run(() => askAgain(() => ({ ...passing(), retryAfterMs: 10_000 }), ask));
  setTimeout(() => env.cancel('CANCELLED'), 20);
  await expect(asking).rejects.toThrow('503');
  expect(state.asked).toBe(1);
});
