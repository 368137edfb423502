import { expect, test } from 'vitest';
import { figuresOf, tableOf, type Pair } from '../../bench/figures.ts';

const used = { cpu: 10, peak: 200e6 };
const pair = (seconds: number, iamCalls = 600): Pair => ({
  bare: { reading: 4, removing: 6, removed: 100, calls: 500, iamCalls: 300, script: { cpu: 5 }, sandbox: used },
  durable: {
    seconds,
    stages: { permissions: 9 },
    calls: 1_500,
    callsByStage: {},
    iamCalls,
    removed: 100,
    worker: used,
    sandbox: used,
    server: used,
    firstCall: 0.2,
    statusWaiting: 0.3,
    status: 0.4,
    help: 0.2,
    largestHistory: 100,
    largestPayload: 1_000,
  },
});
const named = (pairs: Pair[], name: string) => figuresOf(pairs, 100).find((f) => f.name === name);

test('the ratio is of a whole run to reading and removing by the script; of several pairs the median counts, with its spread', () => {
  expect(named([pair(30), pair(11), pair(12)], 'durable ÷ bare')).toMatchObject({ median: 1.2, least: 1.1, most: 3, met: true });
  expect(named([pair(11), pair(14)], 'durable ÷ bare')).toMatchObject({ median: 1.25, met: false });
});

test('a goal that is missed is printed as missed', () => {
  expect(named([pair(10, 600)], 'IAM calls of phase 1 an account')).toMatchObject({ median: 10, goal: 6, met: false });
  expect(tableOf(figuresOf([pair(10, 600)], 100))).toMatch(/IAM calls of phase 1 an account +10 calls +MISSED \(at most 6\)/);
});

test('at a thousand systems the worker may have more memory than at a few', () => {
  expect(figuresOf([pair(10)], 1_000).find((f) => f.unit === 'MB')?.goal).toBe(350);
  expect(figuresOf([pair(10)], 30).find((f) => f.unit === 'MB')?.goal).toBe(250);
});
