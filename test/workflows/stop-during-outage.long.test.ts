import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { untilQuiet, removalOf, untilAskedToStop } from '../harness/activities.ts';
import { abandonRun } from '../harness/abandon.ts';
import { expectCancelled, expectEndedAs } from '../harness/ended.ts';
import { smallEstate, STARTER } from '../harness/estate.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { holdRemovals, outcomesOf, type Hold } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const APPLICATION = 'entra-oidc-application:5d9b7fb3-0001-4a8c-8ecd-6f7a8b9cad01';

const forEver = () => new Promise(() => undefined);

/** A run with a removal under way in a directory that went away meanwhile; that try goes on, and fails, after `until` or its release. */
async function outageDuringRemoval(until: () => Promise<unknown>): Promise<{ run: string; journal: string; hold: Hold }> {
  const run = await startedRun(stage, smallEstate());
  const hold = holdRemovals(stage, 'entra', until);
  const { run: journal } = await approveGate(stage, run, 'plan');
  expect((await hold.reached).id).toBe(APPLICATION);
  await stage.sandbox.stop();
  return { run, journal, hold };
}

async function expectCompleted(run: string, journal: string): Promise<void> {
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect((await resultOf(stage, run)).status).toBe('completed');
  expect(await outcomesOf(stage, journal, APPLICATION)).toMatchObject([{ outcome: 'removed' }]);
  expect((await stage.sandbox.client.report()).untouched.changed).toEqual([]);
}

test('a run can be paused while a cloud is away, though the try under way fails; resumed, it completes', async () => {
  const { run, journal, hold } = await outageDuringRemoval(untilAskedToStop);
  expect(await stage.offboard('pause', run, '--by', STARTER)).toMatchObject({ code: 0 });
  await untilQuiet(stage, run);
  expect(await stage.view(run)).toMatchObject({ status: 'running', paused: true, stage: 'oidc-applications', unresolved: [] });
  hold.release();
  await stage.sandbox.start();
  expect(await stage.offboard('resume', run, '--by', STARTER)).toMatchObject({ code: 0 });
  await expectCompleted(run, journal);
});

test('a pause that is taken back before the try under way has failed does not end the run', async () => {
  const { run, journal, hold } = await outageDuringRemoval(forEver);
  expect(await stage.offboard('pause', run, '--by', STARTER)).toMatchObject({ code: 0 });
  expect(await stage.offboard('resume', run, '--by', STARTER)).toMatchObject({ code: 0 });
  await stage.until(run, (v) => !v.paused);
  const stopped = await removalOf(stage, run);
  hold.release();
  await expect.poll(() => removalOf(stage, run), { timeout: 60_000, interval: 100 }).not.toBe(stopped);
  expect(await stage.view(run)).toMatchObject({ status: 'running', stage: 'oidc-applications', paused: false });
  await stage.sandbox.start();
  await expectCompleted(run, journal);
});

test('cancel during an outage ends the run as cancelled, with its evidence, though the try under way fails', async () => {
  const { run, journal } = await outageDuringRemoval(untilAskedToStop);
  expect(await stage.offboard('cancel', run, '--by', 'sam')).toMatchObject({ code: 0 });
  await expectCancelled(stage, run);
  await expectEndedAs(stage, journal, 'cancelled');
  expect((await outcomesOf(stage, journal, APPLICATION)).filter((o) => o.outcome === 'removed')).toEqual([]);
  await stage.sandbox.start();
  expect((await stage.sandbox.client.report()).ours.left).toContain('entra-application:5d9b7fb3-0001-4a8c-8ecd-6f7a8b9cad01');
});
