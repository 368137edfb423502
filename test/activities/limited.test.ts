import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { answerOf } from '../../activities/answer.ts';
import { askAgain } from '../../activities/ask-again.ts';
import { limited, patienceFor, shareAmong, within, type Counted } from '../../activities/limited.ts';
import { withHeartbeat } from '../../activities/look/activity.ts';
import type { FailureClass } from '../../model/errors.ts';

/** By a clock that goes from timer to timer. */
vi.mock('node:timers/promises', () => ({ setTimeout: (ms: number) => new Promise((done) => void setTimeout(done, ms)) }));
beforeEach(() => void vi.useFakeTimers().setTimerTickMode('nextTimerAsync'));
afterEach(() => void vi.useRealTimers());
afterEach(() => shareAmong(1));

let keys = 0;
const key = () => `a service, key ${keys++}`;
const counted = (name: string, more: Partial<Counted> = {}): Counted => ({ key: name, change: false, ...more });

/** Refuses so often, each time with a pause of so many ms, then answers. */
function throttling(times: number, pauseMs?: number) {
  const state = { asked: 0 };
  const call = () => (++state.asked <= times ? Promise.reject(new Error('slow down')) : Promise.resolve('answer'));
  const judge = (error: unknown) => ((error as Error).message === 'slow down' ? { pauseMs } : undefined);
  return { state, ask: (what: Counted) => limited(what, judge, call) };
}

const judged = (error: unknown): FailureClass =>
  (error as { failure?: FailureClass }).failure ?? { kind: 'retry', code: 'Throttled', message: '' };

/** An activity that has a minute. */
const activity = (info: object = {}) =>
  new MockActivityEnvironment({ startToCloseTimeoutMs: 60_000, scheduledTimestampMs: Date.now(), ...info });

test('in an activity a question waits as often as the service says "not now", and uses up no try', async () => {
  const { state, ask } = throttling(12, 5);
  const name = key();
  expect(await activity().run(() => askAgain(judged, () => ask(counted(name))))).toBe('answer');
  expect(state.asked).toBe(13);
});

test('what one call was refused by makes all calls of its key wait, and no other', async () => {
  const [name, other] = [key(), key()];
  await expect(throttling(1, 300).ask(counted(name))).rejects.toThrow('slow down');
  const began = Date.now();
  await throttling(0).ask(counted(other));
  expect(Date.now() - began).toBeLessThan(150);
  await throttling(0).ask(counted(name));
  expect(Date.now() - began).toBeGreaterThanOrEqual(280);
});

test('a change begins no later than what it was judged by allows: it is refused at once where the service wants to be left alone for longer', async () => {
  const name = key();
  await expect(throttling(1, 5_000).ask(counted(name))).rejects.toThrow('slow down');
  const change = (changesBy: number) => within({ changesBy }, () => throttling(0).ask(counted(name, { change: true })));
  const began = Date.now();
  await expect(change(Date.now() + 4_000)).rejects.toMatchObject({ code: 'JudgedLongAgo' });
  const failure = await answerOf({ classify: judged }, () => change(Date.now() + 4_000));
  expect(failure).toMatchObject({
    ok: false,
    failure: { kind: 'retry', code: 'JudgedLongAgo', retryAfterMs: expect.any(Number) as number },
  });
  expect(Date.now() - began).toBeLessThan(1_000);
  // Nor one that need not wait.
  const calls = throttling(0);
  await expect(within({ changesBy: Date.now() - 1 }, () => calls.ask(counted(key(), { change: true })))).rejects.toMatchObject({
    code: 'JudgedLongAgo',
  });
  expect(calls.state.asked).toBe(0);
  expect(await within({ changesBy: Date.now() - 1 }, () => throttling(0).ask(counted(key())))).toBe('answer');
});

test('a pause that goes beyond waits.unreachable, or beyond what the try of an activity has, is left to Temporal, with the pause', async () => {
  const name = key();
  await expect(throttling(1, 120_000).ask(counted(name))).rejects.toThrow('slow down');
  const impatient = () => within({ patience: patienceFor(1_000) }, () => throttling(0).ask(counted(name)));
  await expect(activity({ startToCloseTimeoutMs: 3_600_000 }).run(impatient)).rejects.toMatchObject({ code: 'Throttled', kind: 'retry' });
  await expect(activity().run(() => throttling(0).ask(counted(name)))).rejects.toMatchObject({ code: 'Throttled' });
  const answer = await activity().run(() => answerOf({ classify: judged }, () => throttling(0).ask(counted(name))));
  const { retryAfterMs } = (answer as { failure: { retryAfterMs: number } }).failure;
  expect(retryAfterMs).toBeGreaterThan(110_000);
});

test('an activity that is to stop waits no longer, and asks no more', async () => {
  const env = activity();
  const { state, ask } = throttling(100, 10_000);
  const name = key();
  const asking = env.run(() => askAgain(judged, () => ask(counted(name))));
  setTimeout(() => env.cancel('CANCELLED'), 50);
  const began = Date.now();
  await expect(asking).rejects.toMatchObject({ code: 'Stopped' });
  expect([Date.now() - began < 2_000, state.asked]).toEqual([true, 1]);
});

test('outside of activities a question is given up after the tries that any other has', async () => {
  const { state, ask } = throttling(100, 1);
  const name = key();
  await expect(askAgain(judged, () => ask(counted(name)))).rejects.toThrow('slow down');
  expect(state.asked).toBe(5);
});

test('whom an activity waits for goes with its heartbeats, beside what it keeps, as long as it waits', async () => {
  vi.useRealTimers();
  const env = activity();
  const told: unknown[] = [];
  env.on('heartbeat', (details: unknown) => void told.push(details));
  const name = key();
  const { ask } = throttling(1, 2_500);
  await env.run(() => withHeartbeat(() => askAgain(judged, () => ask(counted(name)))));
  expect(told[0]).toBeUndefined();
  const waits = told.map((t) => (t as { waits?: { for: string; until: string } } | undefined)?.waits).filter((w) => w !== undefined);
  expect(waits[0]?.for).toBe(name);
  expect(Math.abs(Date.parse(waits[0]?.until ?? '') - Date.now())).toBeLessThan(1_000);
  await env.run(() => withHeartbeat(() => Promise.resolve()));
  expect(told.at(-1)).toBeUndefined();
});

test('what an earlier try kept is told further, and whom it waited for is not', async () => {
  const kept = { of: 'x', value: [1] };
  const env = activity({ heartbeatDetails: { ...kept, waits: { for: 'ARM', until: new Date().toISOString() } } });
  const told: unknown[] = [];
  env.on('heartbeat', (details: unknown) => void told.push(details));
  await env.run(() => withHeartbeat(() => Promise.resolve()));
  expect(told).toEqual([kept]);
});

test('a published quota is divided among the workers', async () => {
  const quota = { burst: 100, perSecond: 1 };
  const atOnce = async (workers: number) => {
    shareAmong(workers);
    const name = key();
    let begun = 0;
    const calls = Array.from({ length: 100 }, () =>
      activity({ startToCloseTimeoutMs: 400 }).run(() =>
        limited(
          counted(name, { quota }),
          () => undefined,
          () => Promise.resolve(begun++),
        ),
      ),
    );
    await Promise.allSettled(calls);
    return begun;
  };
  expect(await atOnce(1)).toBe(95);
  expect(await atOnce(4)).toBeLessThan(26);
});
