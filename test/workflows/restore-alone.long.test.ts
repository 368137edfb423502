import { expect, test } from 'vitest';
import { expectRefused } from '../client/on-stage.ts';
import { abandonRun } from '../harness/abandon.ts';
import { step } from '../../model/next-step.ts';
import { APPROVER, smallEstate, STARTER, TENANT, type TestEstate } from '../harness/estate.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { intentsOf } from '../harness/removals.ts';
import {
  abandonRestore,
  approveRestore,
  begunRestore,
  changedInTheClouds,
  journalOfFirst,
  offboarded,
  restoreResult,
  stageForRestores,
} from '../harness/restores.ts';

const stage = stageForRestores();

/** An offboarding as somebody starts it who goes round the client, which would refuse. */
async function startByHand(run: string, { manifest }: TestEstate): Promise<void> {
  await stage.session.client.workflow.start('offboarding', {
    workflowId: run,
    taskQueue: stage.taskQueue,
    args: [{ manifest, startedBy: STARTER, dryRun: false, searchAttributes: false }],
  });
}

test('a restore is refused while an offboarding goes on, and an offboarding while a restore does, a dry run not; a terminated one blocks nothing', async () => {
  const run = await offboarded(stage);
  const { workflowId, run: journal } = await begunRestore(stage, run);
  const second = await stage.offboard('restore', run, '--by', STARTER);
  expect(second).toMatchObject({ code: 0, out: expect.stringContaining(`${workflowId} is going on already`) as string });
  expectRefused(await stage.offboard('restore', journal, '--by', STARTER), 'InvalidValue', 'name an offboarding');
  expect((await stage.offboard('list')).out).toContain(workflowId);
  const estate = smallEstate();
  const manifest = await stage.fill(estate);
  expectRefused(await stage.offboard('start', manifest, '--by', STARTER), 'NotAllowed', `offboard cancel ${workflowId}`);
  expect((await stage.offboard('start', manifest, '--by', STARTER, '--dry-run')).code).toBe(0);
  await abandonRestore(stage);
  expect((await stage.deps.journal.ledger(journal)).ended).toBeUndefined();
  expect(await startedRun(stage, estate)).toBe(run);
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  expectRefused(await stage.offboard('restore', await journalOfFirst(stage, run), '--by', STARTER), 'NotAllowed', `offboard cancel ${run}`);
});

test('an offboarding started by hand during a restore removes nothing until the restore has ended, and says what to type; nor does it put anything in quarantine', async () => {
  const run = await offboarded(stage);
  const { workflowId } = await begunRestore(stage, run);
  const estate = smallEstate();
  await stage.fill(estate);
  const before = changedInTheClouds(stage);
  const waits = async () => {
    const view = await approveGate(stage, run, 'plan');
    const { unresolved } = await stage.until(run, (v) => v.unresolved.length > 0 && v.awaiting.length > 0);
    expect(new Set(unresolved.map((o) => o.code))).toEqual(new Set(['OtherRun']));
    expect(changedInTheClouds(stage)).toEqual(before);
    expect(await intentsOf(stage, view.run)).toEqual([]);
    return unresolved;
  };
  await startByHand(run, { ...estate, manifest: { ...estate.manifest, mode: 'quarantine' } });
  await waits();
  await abandonRun(stage);

  await startByHand(run, estate);
  const unresolved = await waits();
  expect(unresolved[0]?.next).toEqual([step('cancel', workflowId, '--by', 'NAME')]);
  expect((await stage.offboard('status', run)).out).toContain(`offboard cancel ${workflowId} --by NAME\n`);

  await abandonRestore(stage);
  expect((await stage.offboard('retry', run, '--by', APPROVER, '--reason', 'the restore was called off')).code).toBe(0);
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect(await resultOf(stage, run)).toMatchObject({ status: 'completed' });
});

test('a restore started by hand during an offboarding gives nothing back until the offboarding has ended', async () => {
  const run = await offboarded(stage);
  const restores = await journalOfFirst(stage, run);
  await startedRun(stage, smallEstate());
  await stage.until(run, (v) => v.gate?.gate === 'plan');
  const workflowId = `restore-${TENANT}`;
  await stage.session.client.workflow.start('restore', {
    workflowId,
    taskQueue: stage.taskQueue,
    args: [{ tenantId: TENANT, restores, startedBy: STARTER, dryRun: false, searchAttributes: false }],
  });
  await approveRestore(stage, workflowId);
  const { unresolved } = await stage.until(workflowId, (v) => v.unresolved.length > 0 && v.awaiting.length > 0);
  expect(new Set(unresolved.map((o) => o.code))).toEqual(new Set(['OtherRun']));
  expect(unresolved[0]?.next).toEqual([step('cancel', run, '--by', 'NAME')]);

  expect((await stage.offboard('cancel', run, '--by', STARTER)).code).toBe(0);
  await stage.until(run, (v) => v.status !== 'running');
  expect((await stage.offboard('retry', workflowId, '--by', APPROVER, '--reason', 'the offboarding was called off')).code).toBe(0);
  expect(await restoreResult(stage, workflowId)).toMatchObject({
    status: 'completed',
    reason: expect.stringContaining('restored 0') as string,
  });
});
