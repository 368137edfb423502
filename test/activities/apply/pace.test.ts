import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pace, type Turn } from '../../../activities/apply/pace.ts';

const LAG = 40;

// A clock that goes from timer to timer: on a busy machine a pause would be longer than was wanted.
vi.mock('node:timers/promises', () => ({ setTimeout: (ms: number) => new Promise((done) => void setTimeout(done, ms)) }));
beforeEach(() => void vi.useFakeTimers().setTimerTickMode('nextTimerAsync'));
afterEach(() => void vi.useRealTimers());

/** A pace that has seen a call shown after so long. */
async function knowing(shown: number): Promise<Pace> {
  const pace = new Pace();
  pace.over(await pace.turn(), shown, shown > 0);
  return pace;
}

/** Ends a look at a cloud that shows a call after `lag`. */
const look = (pace: Pace, turn: Turn, lag: number) => pace.over(turn, Math.max(turn.paused, lag), turn.paused < lag);

test('whoever comes while the first one looks waits for what that one sees, and no less', async () => {
  const pace = new Pace();
  const began = Date.now();
  const first = await pace.turn();
  const others = Promise.all([pace.turn(), pace.turn()]);
  await sleep(LAG / 2);
  pace.over(first, LAG, true);
  expect(first.paused).toBe(0);
  expect((await others).map((t) => t.paused >= LAG * 0.8)).toEqual([true, true]);
  expect(Date.now() - began).toBeGreaterThanOrEqual(LAG * 0.8 - 1);
});

test('of many at once one alone tries less than was enough', async () => {
  const pace = await knowing(LAG);
  const many = await Promise.all(Array.from({ length: 20 }, () => pace.turn()));
  expect(many.filter((t) => t.tries)).toHaveLength(1);
  for (const turn of many.filter((t) => !t.tries)) expect(turn.paused).toBeGreaterThanOrEqual(LAG);
});

test('what was too early is tried more and more seldom: of two hundred looks less than ten come too early', async () => {
  const pace = await knowing(LAG / 2);
  let early = 0;
  for (let i = 0; i < 200; i++) {
    const turn = await pace.turn();
    // A timer may be a millisecond early.
    if (turn.paused < LAG / 2 - 2) early += 1;
    look(pace, turn, LAG / 2 - 2);
  }
  expect(early).toBeGreaterThan(0);
  expect(early).toBeLessThan(10);
});

test('a cloud that has become quicker is found out, step by step', async () => {
  const pace = await knowing(100);
  const paused: number[] = [];
  for (let i = 0; i < 12; i++) {
    const turn = await pace.turn();
    paused.push(turn.paused);
    look(pace, turn, 0);
  }
  expect(Math.min(...paused)).toBeLessThan(50);
});

test('one that has become slower is waited for longer at once, but never longer than a second', async () => {
  const pace = await knowing(0);
  look(pace, await pace.turn(), 60_000);
  const began = Date.now();
  const { paused } = await pace.turn();
  expect(paused).toBeGreaterThanOrEqual(800);
  expect(Date.now() - began).toBeLessThan(1_500);
});

test('a first look that saw nothing holds nobody up', async () => {
  const pace = new Pace();
  const first = await pace.turn();
  const next = pace.turn();
  pace.over(first, undefined, true);
  expect((await next).paused).toBeLessThan(500);
});
