import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { forgetLimits } from '../../activities/limited.ts';
import { heldOf } from '../../client/run/retrying.ts';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, smallEstate } from '../harness/estate.ts';
import { approveGate, finish, startedRun } from '../harness/people.ts';
import { removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage({ lingerMs: 50 });
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(async () => {
  await stage.sandbox.client.limit({});
  // The worker is in this process.
  forgetLimits();
  await abandonRun(stage);
});

const rule = (burst: number, perSecond: number) => ({ burst, perSecond });
/** So few that each cloud refuses. */
const TIGHT = {
  iam: rule(3, 4),
  'arm-read': rule(2, 3),
  'arm-delete': rule(1, 1),
  graph: rule(4, 4),
  'gcp-iam': rule(3, 4),
  'gcp-crm': rule(2, 3),
};

test('under tight quotas a run completes as a calm one, with few refusals', async () => {
  await stage.sandbox.client.limit(TIGHT);
  const run = await startedRun(stage, smallEstate());
  const result = await finish(stage, run);
  expect(result).toMatchObject({ status: 'completed', leftovers: [] });
  expect(await stage.sandbox.client.report()).toMatchObject({ ours: { left: [] }, untouched: { changed: [] } });
  const removed = await removedBy(stage, result.run);
  expect(new Set(removed).size).toBe(removed.length);
  const counts = await stage.sandbox.client.quotas();
  const [allowed, refused] = [counts.reduce((sum, c) => sum + c.allowed, 0), counts.reduce((sum, c) => sum + c.refused, 0)];
  expect(refused).toBeGreaterThan(0);
  expect(refused / (allowed + refused)).toBeLessThan(0.2);
});

test('whom a run waits for, and how long, is told by status, as text and as JSON, and by a heartbeat of its activity', async () => {
  await stage.sandbox.client.limit({ 'arm-read': rule(1, 0.1) });
  const run = await startedRun(stage, smallEstate());
  const throttled = async () => (await heldOf(stage.session, run)).throttled;
  await expect.poll(throttled, { timeout: 60_000 }).not.toEqual([]);
  const { out } = await stage.offboard('status', run);
  expect(out).toMatch(
    /It waits \d+ s for ARM, (?:tenant|subscription [\da-f-]+) \(read\), which takes no more calls for the moment \(readBatch\)/,
  );
  expect(out).not.toContain('Waits for nobody');
  const told = JSON.parse((await stage.offboard('status', run, '--json')).out) as {
    throttled: { activity: string; for: string; until: string }[];
  };
  expect(told.throttled).toMatchObject([{ activity: 'readBatch', for: expect.stringMatching(/^ARM, /) as string }]);
  expect(Date.parse(told.throttled[0]?.until ?? '')).toBeGreaterThan(Date.now());
  await stage.sandbox.client.limit({});
  const { gate } = await stage.until(run, (v) => v.gate !== undefined);
  expect(gate?.gate).toBe('plan');
  expect(await throttled()).toEqual([]);
});

test.each([
  ['pause', (v: { paused: boolean }) => v.paused],
  ['cancel', (v: { status: string }) => v.status !== 'running'],
] as const)('%s ends at once what waits for a cloud that asks to be left alone for minutes', async (command, isDone) => {
  const run = await startedRun(stage, smallEstate());
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  await stage.sandbox.client.limit({ iam: rule(1, 0.004), 'arm-read': rule(1, 0.004), graph: rule(1, 0.004) });
  await approveGate(stage, run, 'plan');
  await expect.poll(async () => (await heldOf(stage.session, run)).throttled, { timeout: 60_000 }).not.toEqual([]);
  await stage.sandbox.client.limit({});
  forgetLimits();
  const began = Date.now();
  expect(await stage.offboard(command, run, '--by', APPROVER)).toMatchObject({ code: 0 });
  await expect.poll(async () => (await heldOf(stage.session, run)).throttled, { timeout: 30_000 }).toEqual([]);
  await stage.until(run, isDone);
  expect(Date.now() - began).toBeLessThan(30_000);
});
