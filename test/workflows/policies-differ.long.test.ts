import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PlanItem } from '../../model/plan.ts';
import { clearRun, RUN } from '../client/on-stage.ts';
import { APPROVER, MAILBOX, smallEstate } from '../harness/estate.ts';
import { approveGate, deleteCollectors, newMail, resultOf, startedRun } from '../harness/people.ts';
import { beforeRemoving, denied, holdRemovals, intentsOf } from '../harness/removals.ts';
import { abandonRestore, begunRestore, offboarded, restoreResult } from '../harness/restores.ts';
import { Stage, type CliResult } from '../harness/stage.ts';

/** Two workers have different policies: the one whose file is the older does nothing in a run of the other, says so, and locks nothing. */
const stage = new Stage();
beforeAll(() => stage.open());
afterEach(async () => {
  rightWorker();
  await clearRun(stage);
  await abandonRestore(stage);
});
afterAll(() => stage.close());

let own: Stage['deps']['policy'] | undefined;

/** From now on the next step is taken by a worker with an older file that says something else. */
function otherWorker(): void {
  own = stage.deps.policy;
  Object.assign(stage.deps, { policy: { ...own, maxItems: own.maxItems - 1 }, policyChangedAt: new Date(0) });
}

function rightWorker(): void {
  if (own) stage.deps.policy = own;
  own = undefined;
  delete stage.deps.policyChangedAt;
}

const SAID = /is not that by which the run goes since .*; give all workers the same policy/;

/** What the records and the clouds show of what was done. */
async function done(run: string): Promise<unknown> {
  const { run: journal } = await stage.view(run);
  return [await intentsOf(stage, journal), await stage.sandbox.client.report()];
}

/** Nothing is done while the other worker is alone, and `status` says why; with the right one what was typed meanwhile is taken. */
async function waitsForRight(run: string, type: () => Promise<CliResult>): Promise<void> {
  const before = await done(run);
  otherWorker();
  const typed = type();
  await expect.poll(async () => (await stage.offboard('status', run)).out, { timeout: 60_000 }).toMatch(SAID);
  expect(await done(run)).toEqual(before);
  rightWorker();
  expect(await typed).toMatchObject({ code: 0 });
}

const retry = () => stage.offboard('retry', RUN, '--by', APPROVER, '--reason', 'allowed now');

/** The run waits in the phase of the items that a cloud refuses to remove. */
async function refusedIn(which: (item: PlanItem) => boolean, type: 'aws' | 'entra', upTo: () => Promise<unknown>): Promise<void> {
  await startedRun(stage, smallEstate());
  const undo = beforeRemoving(stage, type, which, denied);
  await upTo();
  await stage.until(RUN, (v) => v.awaiting.some((a) => a.kind === 'items'));
  undo();
}

async function completes(from: 'plan' | 'collectors' | 'end'): Promise<void> {
  if (from === 'plan') await approveGate(stage, RUN, 'collectors');
  if (from !== 'end') await deleteCollectors(stage, RUN);
  expect(await resultOf(stage, RUN)).toMatchObject({ status: 'completed', leftovers: [] });
  expect((await stage.sandbox.client.report()).untouched.changed).toEqual([]);
}

describe('a worker whose policy is older than the run’s does nothing and says so; with the right one the run goes on', () => {
  test('in phase 1', async () => {
    await refusedIn(
      (i) => i.kind === 'aws-role',
      'aws',
      () => approveGate(stage, RUN, 'plan'),
    );
    await waitsForRight(RUN, retry);
    await completes('plan');
  });

  test('in phase 2', async () => {
    await refusedIn(
      (i) => i.kind === 'entra-oidc-application',
      'entra',
      () => approveGate(stage, RUN, 'plan'),
    );
    await waitsForRight(RUN, retry);
    await completes('plan');
  });

  test('in phase 3', async () => {
    await startedRun(stage, smallEstate());
    await approveGate(stage, RUN, 'plan');
    await approveGate(stage, RUN, 'collectors');
    await stage.until(RUN, (v) => v.collectors.some((c) => c.stage === 'not-ready'));
    await waitsForRight(RUN, () => stage.offboard('ready', RUN, 'collector-aws', '--by', MAILBOX));
    const code = await newMail(stage, MAILBOX, undefined);
    await waitsForRight(RUN, () => stage.offboardWith(`${code}\n`, 'otp', RUN, 'collector-aws', '--by', MAILBOX));
    await completes('end');
  });

  test('in phase 4', async () => {
    await refusedIn(
      (i) => i.kind === 'entra-ciem-sign-in',
      'entra',
      async () => {
        await approveGate(stage, RUN, 'plan');
        await approveGate(stage, RUN, 'collectors');
        await deleteCollectors(stage, RUN);
      },
    );
    await waitsForRight(RUN, retry);
    await completes('end');
  });

  test('while a removal is under way', async () => {
    await startedRun(stage, smallEstate());
    const hold = holdRemovals(stage, 'aws');
    await approveGate(stage, RUN, 'plan');
    await hold.reached;
    otherWorker();
    hold.release();
    // What was begun by the right one is ended; nothing more is begun.
    await expect.poll(async () => (await stage.offboard('status', RUN)).out, { timeout: 60_000 }).toMatch(SAID);
    const begun = await done(RUN);
    rightWorker();
    await stage.until(RUN, (v) => v.gate?.gate === 'collectors');
    expect(await done(RUN)).not.toEqual(begun);
    await completes('plan');
  });

  test('in a restore', async () => {
    const run = await offboarded(stage);
    const { workflowId } = await begunRestore(stage, run);
    const { gate } = await stage.until(workflowId, (v) => v.gate?.gate === 'restore');
    const approval = [
      'approve',
      workflowId,
      '--gate',
      'restore',
      '--plan-hash',
      gate?.planHash ?? '',
      '--by',
      APPROVER,
      '--reason',
      'mistake',
    ];
    await waitsForRight(workflowId, () => stage.offboard(...approval));
    expect(await restoreResult(stage, workflowId)).toMatchObject({ status: 'completed' });
  });
});
