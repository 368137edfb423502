import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Limit, type Quota, type Turn } from '../../activities/limit.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

const turn = (more: Partial<Turn> = {}): Turn => ({
  change: false,
  latest: Infinity,
  patience: Infinity,
  refusal: (ms) => new Error(`late by ${ms}`),
  ...more,
});

function limitOf(quota?: Quota, share = 1) {
  const limit = new Limit(quota, () => share);
  const begun: { name: string; at: number }[] = [];
  const start = Date.now();
  const ask = (name: string, more: Partial<Turn> = {}) => {
    const now = () => begun.push({ name, at: Date.now() - start });
    const waits = limit.turn(turn(more));
    if (waits) return waits.then(now);
    now();
    return Promise.resolve();
  };
  /** Asks so often at once. */
  const many = (times: number) => void Array.from({ length: times }, (_, i) => void ask(String(i)));
  return { limit, begun, ask, many };
}

test('the bucket goes at once, and the rest no faster than it fills, a little below what is published', async () => {
  const { begun, many } = limitOf({ burst: 20, perSecond: 10 });
  many(40);
  expect(begun).toHaveLength(19);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(begun.length).toBeLessThanOrEqual(29);
  expect(begun.length).toBeGreaterThanOrEqual(28);
  await vi.advanceTimersByTimeAsync(1_300);
  expect(begun).toHaveLength(40);
});

test('two workers share a quota', async () => {
  const { begun, many } = limitOf({ burst: 20, perSecond: 10 }, 0.5);
  many(40);
  expect(begun).toHaveLength(9);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(begun.length).toBeLessThanOrEqual(19);
});

test('without a published quota nothing waits before the first refusal; then everything does, and goes on more slowly', async () => {
  const { limit, begun, many } = limitOf();
  many(50);
  expect(begun).toHaveLength(50);
  limit.refused(Date.now(), 3_000);
  many(80);
  await vi.advanceTimersByTimeAsync(2_999);
  expect(begun).toHaveLength(50);
  await vi.advanceTimersByTimeAsync(1_001);
  // 50 a second were refused.
  expect(begun.length).toBeGreaterThan(80);
  expect(begun.length).toBeLessThan(95);
});

test('a refusal makes all calls of its key wait as long as the service asks, and the rate go down', async () => {
  const { limit, begun, many } = limitOf({ burst: 100, perSecond: 10 });
  many(1);
  limit.refused(Date.now(), 5_000);
  many(20);
  await vi.advanceTimersByTimeAsync(4_900);
  expect(begun).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_100);
  // 0.8 of 9.5 a second, and the bucket is empty.
  expect(begun.length).toBeGreaterThanOrEqual(7);
  expect(begun.length).toBeLessThanOrEqual(9);
});

test('where refusals come again and again the rate falls to what was asked a second', async () => {
  const { limit, begun, many } = limitOf({ burst: 300, perSecond: 150 });
  for (let i = 0; i < 4; i++) {
    many(5);
    limit.refused(Date.now(), 1_000);
    await vi.advanceTimersByTimeAsync(1_100);
  }
  const before = begun.length;
  many(50);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(begun.length - before).toBeLessThan(10);
});

test('a single refusal now and then, as a fault on the way, costs little', async () => {
  const { limit, begun, many } = limitOf({ burst: 300, perSecond: 150 });
  for (let i = 0; i < 3; i++) {
    many(1);
    limit.refused(Date.now(), 10);
    for (let j = 0; j < 20; j++) limit.answered(Date.now(), false);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  const before = begun.length;
  many(300);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(begun.length - before).toBeGreaterThan(60);
});

test('several refusals of calls that were under way together count once', async () => {
  const { limit, begun, many } = limitOf({ burst: 100, perSecond: 10 });
  many(1);
  const at = Date.now();
  await vi.advanceTimersByTimeAsync(100);
  for (let i = 0; i < 20; i++) limit.refused(at, 1_000);
  many(20);
  await vi.advanceTimersByTimeAsync(2_050);
  expect(begun.length).toBeGreaterThanOrEqual(7);
});

test('a service that names no pause gets a longer one each time', async () => {
  const { limit } = limitOf();
  const pauses: number[] = [];
  for (let i = 0; i < 4; i++) {
    limit.refused(Date.now());
    pauses.push(limit.wait());
    await vi.advanceTimersByTimeAsync(limit.wait() + 1);
  }
  for (const [i, pause] of pauses.entries()) {
    expect(pause).toBeGreaterThanOrEqual(375 * 2 ** i);
    expect(pause).toBeLessThanOrEqual(625 * 2 ** i + 501);
  }
});

test('the rate rises again with what is answered, slowly near the rate that was refused, and no higher than what is published', async () => {
  const { limit, many, begun } = limitOf({ burst: 1, perSecond: 10 });
  many(1);
  for (let i = 0; i < 3; i++) {
    limit.refused(Date.now(), 0);
    await vi.advanceTimersByTimeAsync(1);
  }
  const rate = async () => {
    const before = begun.length;
    many(30);
    await vi.advanceTimersByTimeAsync(1_000);
    const done = begun.length - before;
    await vi.advanceTimersByTimeAsync(60_000);
    return done;
  };
  expect(await rate()).toBeLessThanOrEqual(6);
  for (let i = 0; i < 5; i++) limit.answered(Date.now(), true);
  expect(await rate()).toBeLessThanOrEqual(6);
  for (let i = 0; i < 1_000; i++) limit.answered(Date.now(), true);
  expect(await rate()).toBeGreaterThanOrEqual(9);
  for (let i = 0; i < 1_000; i++) limit.answered(Date.now(), true);
  expect(await rate()).toBeLessThanOrEqual(11);
});

test('what the service says of how many calls it takes still is believed', async () => {
  const { limit, begun, many } = limitOf({ burst: 100, perSecond: 10 });
  limit.answered(Date.now(), false, 2);
  many(10);
  expect(begun).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(begun).toHaveLength(10);
});

test('a change goes before the questions that wait', async () => {
  const { limit, begun, ask } = limitOf({ burst: 1, perSecond: 10 });
  limit.refused(Date.now(), 1_000);
  void ask('question');
  void ask('other question');
  void ask('change', { change: true });
  void ask('other change', { change: true });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(begun.map((b) => b.name)).toEqual(['change', 'other change', 'question', 'other question']);
});

test.each([
  ['a call that must have begun before is refused at once', { latest: 1_000_000 + 5_000 }],
  ['whoever has no patience for so long is refused at once', { patience: 1_000_000 + 5_000 }],
])('%s, with the pause', async (_, more) => {
  const { limit, ask } = limitOf();
  limit.refused(Date.now(), 10_000);
  await expect(ask('call', more)).rejects.toThrow('late by 10000');
});

test('a pause that comes while it waits has the same effect', async () => {
  const { limit, ask } = limitOf({ burst: 1, perSecond: 1 });
  void ask('first');
  const waiting = ask('second', { latest: Date.now() + 5_000 });
  limit.refused(Date.now(), 10_000);
  await expect(waiting).rejects.toThrow('late by 10000');
});

test('one that cannot begin in time gives up its place', async () => {
  const { limit, ask, begun } = limitOf({ burst: 1, perSecond: 1 });
  limit.refused(Date.now(), 0);
  const waiting = Array.from({ length: 10 }, (_, i) => ask(String(i), { latest: Date.now() + 3_000 }).catch(() => 'late'));
  await vi.advanceTimersByTimeAsync(20_000);
  expect((await Promise.all(waiting)).filter((w) => w === 'late').length).toBeGreaterThan(6);
  expect(Math.max(...begun.map((b) => b.at))).toBeLessThanOrEqual(3_000);
});

test('an activity that is to stop waits no longer', async () => {
  const { limit, ask } = limitOf();
  const stop = new AbortController();
  limit.refused(Date.now(), 60_000);
  const waiting = ask('call', { signal: stop.signal });
  stop.abort();
  await expect(waiting).rejects.toThrow('late by 0');
  await expect(ask('call', { signal: stop.signal })).rejects.toThrow('late by 0');
});

test('a key that nobody asked for two minutes begins anew', async () => {
  const { limit, begun, many } = limitOf();
  many(10);
  limit.refused(Date.now(), 1_000);
  await vi.advanceTimersByTimeAsync(122_000);
  expect(limit.wait()).toBe(0);
  many(50);
  expect(begun).toHaveLength(60);
});
