import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { countCalls } from '../../bench/calls.ts';
import type { Plan } from '../../model/plan.ts';
import { largeEstate } from '../../scripts/large-estate/estate.ts';
import { APPROVER, STARTER, type TestEstate } from '../harness/estate.ts';
import { resultOf, startedRun } from '../harness/people.ts';
import { Stage } from '../harness/stage.ts';

const estateOf = (systems: number): TestEstate => {
  const { manifest, objects } = largeEstate(systems) as TestEstate;
  return { manifest: { ...manifest, approvers: [STARTER, APPROVER] }, objects };
};
/** Enough for batches of 50 systems. */
const estate = estateOf(60);
const stage = new Stage();
beforeAll(() => stage.open(estate));
afterAll(() => stage.close());

/** The plan of a dry run, and how many calls it took. */
async function planned(): Promise<{ plan: Plan; calls: number }> {
  const count = async () => countCalls(await stage.sandbox.client.calls());
  const before = await count();
  const run = await startedRun(stage, estate, '--dry-run');
  expect((await resultOf(stage, run)).status).toBe('dry-run');
  const { plan } = JSON.parse((await stage.offboard('plan', run, '--json')).out) as { plan: Plan };
  return { plan, calls: (await count()) - before };
}

test('clouds of which one call in twenty fails are read all the same: a retry reads only what was not read before', async () => {
  const calm = await planned();
  onTestFinished(() => stage.sandbox.faults(0));
  // More than the one in a hundred that is to be borne: at that a batch of so few calls could be read whole by luck.
  await stage.sandbox.faults(0.05);
  const faulty = await planned();
  expect(faulty.plan.items.length).toBeGreaterThan(60);
  expect([faulty.plan.unknown, faulty.plan.items.map((i) => i.id)]).toEqual([[], calm.plan.items.map((i) => i.id)]);
  expect(faulty.calls).toBeLessThan(1.5 * calm.calls);
});

test('more items than the breaker allows are told before most of the estate has been read', async () => {
  const { manifest, objects } = estateOf(420);
  const run = await startedRun(stage, { manifest: { ...manifest, breakers: { maxItems: 90 } }, objects }, '--dry-run');
  await expect(resultOf(stage, run)).rejects.toMatchObject({
    cause: {
      cause: {
        message: expect.stringMatching(
          /breakers\.maxItems: \d+ items were found in the (1|2)\d\d of 42\d systems that were read so far and at most 90 are allowed/,
        ) as string,
      },
    },
  });
  expect((await stage.offboard('status', run)).out).toMatch(/failed: breakers\.maxItems: \d+ items were found in the/);
});
