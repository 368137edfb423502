import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { untilQuiet, untilAskedToStop } from '../harness/activities.ts';
import { abandonRun } from '../harness/abandon.ts';
import { expectCancelled, expectEndedAs } from '../harness/ended.ts';
import { smallEstate, STARTER, type TestEstate } from '../harness/estate.ts';
import { memberItem, memberRole } from '../harness/member-roles.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { holdRemovals, intentsOf, outcomesOf, recordsOf, removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const ROLES = ['collect-1', 'collect-2', 'collect-3', 'collect-4'];
const ITEMS = ROLES.map(memberItem);

/** Several items in one system, so that there is something between them. */
function estate(): TestEstate {
  const small = smallEstate();
  small.objects.push(...ROLES.map((name) => memberRole(name)));
  return small;
}

/** Items of the member account whose removal was begun. */
const begun = async (journal: string) =>
  (await intentsOf(stage, journal)).filter((item) => item.startsWith('aws-role:arn:aws:iam::444455556666:'));

test('pause finishes the item under way and begins no other; resume removes the rest, each once', async () => {
  const run = await startedRun(stage, estate());
  const hold = holdRemovals(stage, 'aws', untilAskedToStop);
  const { run: journal } = await approveGate(stage, run, 'plan');
  const first = await hold.reached;
  expect((await stage.offboard('pause', run, '--by', STARTER)).code).toBe(0);
  expect((await stage.until(run, (v) => v.paused)).stage).toBe('permissions');
  await untilQuiet(stage, run);
  expect(await begun(journal)).toEqual([first.id]);
  expect(await outcomesOf(stage, journal, first.id)).toMatchObject([{ outcome: 'removed' }]);
  const left = (await stage.sandbox.client.report()).ours.left;
  expect(left).toEqual(expect.arrayContaining(ITEMS.filter((i) => i !== first.id)));

  hold.release();
  expect((await stage.offboard('resume', run, '--by', STARTER)).code).toBe(0);
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  const result = await resultOf(stage, run);
  expect(result.status).toBe('completed');
  expect(result.phases.find((p) => p.phase === 'permissions')).toMatchObject({ removed: 8, blocked: 0, failed: 0 });
  const removed = await removedBy(stage, journal);
  expect(removed.toSorted()).toEqual([...new Set(removed)].toSorted());
  expect((await intentsOf(stage, journal)).toSorted()).toEqual(removed.toSorted());
  expect((await stage.sandbox.client.report()).ours.left).toEqual([]);
});

test('cancel finishes the item under way, writes the evidence, and removes nothing after the run has ended', async () => {
  const run = await startedRun(stage, estate());
  const hold = holdRemovals(stage, 'aws', untilAskedToStop);
  const { run: journal } = await approveGate(stage, run, 'plan');
  const first = await hold.reached;
  expect((await stage.offboard('cancel', run, '--by', 'sam')).code).toBe(0);
  await expectCancelled(stage, run);
  hold.release();
  expect(await begun(journal)).toEqual([first.id]);
  expect(await outcomesOf(stage, journal, first.id)).toMatchObject([{ outcome: 'removed' }]);
  const { left } = (await stage.sandbox.client.report()).ours;
  expect(left).toEqual(expect.arrayContaining(ITEMS.filter((i) => i !== first.id)));
  await expectEndedAs(stage, journal, 'cancelled');
  await sleep(1_000);
  expect((await stage.sandbox.client.report()).ours.left).toEqual(left);
  expect((await recordsOf(stage, journal)).at(-1)?.type).toBe('run-ended');
});

test('a run that was reset to before its pause, and does not know of it, changes nothing before somebody who may resumes it', async () => {
  const run = await startedRun(stage, estate());
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  expect((await stage.offboard('pause', run, '--by', STARTER)).code).toBe(0);
  await stage.until(run, (v) => v.paused);
  const handle = stage.session.client.workflow.getHandle(run);
  const { raw } = await handle.describe();
  const { events } = await handle.fetchHistory();
  await stage.session.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    requestId: randomUUID(),
    reason: 'tried',
    workflowTaskFinishEventId: events?.find((e) => e.workflowTaskCompletedEventAttributes)?.eventId ?? null,
    workflowExecution: raw.workflowExecutionInfo?.execution ?? null,
    // Signals and updates are not sent once more.
    resetReapplyExcludeTypes: [1, 2],
  });
  await stage.until(run, (v) => v.gate?.gate === 'plan' && v.paused);
  const { run: journal } = await approveGate(stage, run, 'plan');
  await untilQuiet(stage, run);
  expect(await intentsOf(stage, journal)).toEqual([]);
  const status = await stage.offboard('status', run);
  expect(status.out).toContain('PAUSED');

  expect((await stage.offboard('resume', run, '--by', STARTER)).code).toBe(0);
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect(await resultOf(stage, run)).toMatchObject({ status: 'completed', run: journal });
});
