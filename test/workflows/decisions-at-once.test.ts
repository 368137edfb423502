import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { expectCancelled, expectEndedAs } from '../harness/ended.ts';
import { APPROVER, smallEstate } from '../harness/estate.ts';
import { startedRun } from '../harness/people.ts';
import { intentsOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

/** ms. After a worker stopped, the server may wait up to 45 s before it gives a task to the next. */
const PATIENT = 150_000;

async function waitingAtPlan() {
  const run = await startedRun(stage, smallEstate());
  const { run: journal, planHash = '' } = await stage.until(run, (v) => v.gate?.gate === 'plan');
  const message = { gate: 'plan' as const, opening: 1, planHash, reason: 'read it' };
  return { run, journal, message, handle: stage.session.client.workflow.getHandle(run) };
}

test(
  'an approval by signal and a cancel that come together end the run as cancelled, with its evidence and nothing removed',
  async () => {
    const { run, journal, message, handle } = await waitingAtPlan();
    await stage.stopWorker();
    await handle.signal('approve', { ...message, by: APPROVER });
    await handle.cancel();
    await stage.startWorker();
    await expectCancelled(stage, run);
    await expectEndedAs(stage, journal, 'cancelled');
    expect(intentsOf(stage, journal)).toEqual([]);
  },
  PATIENT,
);
