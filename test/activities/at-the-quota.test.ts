import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Limit, type Quota } from '../../activities/limit.ts';
import { Quotas } from '../../sandbox/quotas.ts';
import type { SandboxRequest, SandboxResponse } from '../../sandbox/service.ts';

/** The worker's limiter against the sandbox's buckets, by a clock that goes from timer to timer. */

vi.mock('node:timers/promises', () => ({ setTimeout: (ms: number) => new Promise((done) => void setTimeout(done, ms)) }));
beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }).setTimerTickMode('nextTimerAsync'));
afterEach(() => void vi.useRealTimers());

const REMOVAL: SandboxRequest = { method: 'DELETE', path: '/subscriptions/a/x', query: new URLSearchParams(), headers: {}, body: '' };
const LATENCY_MS = 80;
const AT_ONCE = 40;
const PUBLISHED = { burst: 200, perSecond: 10 };

interface Came {
  seconds: number;
  refused: number;
  late: { allowed: number; refused: number };
}

/** `real`: what is really taken, where that is not what is published. `workers` share it. `known`: whether anything is published. */
interface Among {
  real?: Quota;
  workers?: number;
  known?: boolean;
}

/** So many removals in one subscription, each made until it is taken. */
async function removals(calls: number, { real = PUBLISHED, workers = 1, known = true }: Among = {}): Promise<Came> {
  const quotas = new Quotas();
  quotas.set({ 'arm-delete': real });
  const began = Date.now();
  let left = calls;
  const working = Array.from({ length: workers }, () => new Limit(known ? PUBLISHED : undefined, () => 1 / workers)).flatMap((limit) =>
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) while (!(await taken(limit, quotas)));
    }),
  );
  await Promise.all(working);
  const [count] = quotas.tell();
  if (!count) throw new Error('nothing was asked');
  return { seconds: (Date.now() - began) / 1_000, refused: count.refused, late: count.late };
}

async function taken(limit: Limit, quotas: Quotas): Promise<boolean> {
  const turn = limit.turn({ change: true, latest: Infinity, patience: Infinity, refusal: () => new Error('late') });
  await turn;
  const begun = Date.now();
  await sleep(LATENCY_MS * (0.5 + Math.random()));
  const { status, headers }: SandboxResponse = await quotas.around('/arm', REMOVAL, () => Promise.resolve({ status: 200 }));
  await sleep(LATENCY_MS * (0.5 + Math.random()));
  if (status === 429) limit.refused(begun, Number(headers?.['retry-after']) * 1_000);
  else limit.answered(begun, turn !== undefined);
  return status !== 429;
}

const lateShare = ({ late }: Came) => late.refused / (late.allowed + late.refused);
const floorOf = (calls: number, { burst, perSecond }: Quota) => (calls - burst) / perSecond;

test.each([1, 2, 3])(
  'at the published quota %d workers are within 1.15 of what is possible at all, and nothing is refused',
  async (workers) => {
    const came = await removals(1_500, { workers });
    expect(came.seconds / floorOf(1_500, PUBLISHED)).toBeLessThan(1.15);
    expect(came.refused).toBe(0);
  },
);

test('where others use up a third of the quota the rate settles at what is left, with few refusals', async () => {
  const real = { burst: 130, perSecond: 6.5 };
  const came = await removals(4_000, { real });
  expect(came.seconds / floorOf(4_000, real)).toBeLessThan(1.15);
  expect(lateShare(came)).toBeLessThan(0.01);
});

test('where nothing is published the rate is found out', async () => {
  const real = { burst: 20, perSecond: 8 };
  const came = await removals(4_000, { real, known: false });
  expect(came.seconds / floorOf(4_000, real)).toBeLessThan(1.15);
  expect(lateShare(came)).toBeLessThan(0.01);
});
