import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import * as messages from '../../workflows/messages/index.ts';
import { abandonRun } from '../harness/abandon.ts';
import { expectCancelled, expectEndedAs } from '../harness/ended.ts';
import { APPROVER, smallEstate, STARTER } from '../harness/estate.ts';
import { resultOf, startedRun } from '../harness/people.ts';
import { holdRemovals, intentsOf, recordsOf } from '../harness/removals.ts';
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

const decisionsOf = (journal: string) => recordsOf(stage, journal).flatMap((r) => (r.type === 'decision' ? [r.decision.kind] : []));

test(
  'of an approval and a rejection at once one is recorded, and whoever gave the other hears that it came too late',
  async () => {
    const hold = holdRemovals(stage, 'aws');
    const { run, journal, message, handle } = await waitingAtPlan();
    // Nobody works meanwhile, so that both find the gate open.
    await stage.stopWorker();
    const answers = Promise.allSettled([
      handle.executeUpdate(messages.approve, { args: [{ ...message, by: APPROVER }] }),
      handle.executeUpdate(messages.reject, { args: [{ ...message, by: STARTER }] }),
    ]);
    await stage.startWorker();
    const [approval, rejection] = await answers;
    const late = [approval, rejection].filter((a) => a.status === 'rejected');
    expect(late.map((a) => String((a.reason as Error).cause))).toEqual([expect.stringContaining('is not open') as string]);
    const approved = approval.status === 'fulfilled';
    const outcome = approved ? hold.reached.then(() => 'removing') : resultOf(stage, run).then((r) => r.status);
    expect(await outcome).toBe(approved ? 'removing' : 'denied');
    expect(decisionsOf(journal)).toEqual([approved ? 'approve' : 'reject']);
    const closed = recordsOf(stage, journal).flatMap((r) => (r.type === 'gate-closed' ? [r.outcome] : []));
    expect(closed).toEqual([approved ? 'approved' : 'rejected']);
  },
  PATIENT,
);

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
