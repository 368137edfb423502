import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addMember, APPROVER, MEMBER_ACCOUNT, smallEstate, STARTER, type TestEstate } from '../harness/estate.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { Stage } from '../harness/stage.ts';
import { clearRun, expectNothingChanged, expectRefused, runAtPlan } from './on-stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterEach(() => clearRun(stage));
afterAll(() => stage.close());

const CLOSED_ACCOUNT = '777788889999';
const UNKNOWN = `unknown-scope:aws:${CLOSED_ACCOUNT}`;

/** An estate whose manifest names an account that nobody can enter. */
function withClosedAccount(): TestEstate {
  const estate = smallEstate();
  addMember(estate, CLOSED_ACCOUNT);
  return estate;
}

/** A run that waits for a decision about the account that could not be read. */
async function runAtItems(): Promise<string> {
  const run = await startedRun(stage, withClosedAccount());
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  return run;
}

const decide = (verb: 'waive' | 'retry', run: string, by: string, ...more: string[]) =>
  stage.offboard(verb, run, '--by', by, '--reason', 'closed long ago', ...more);

test('items that are held wait for an approver other than the starter, and waived ones stay in place while the run completes', async () => {
  const run = await runAtItems();
  expectRefused(await decide('waive', run, STARTER), 'SelfApproval', `by: ${STARTER}`, 'ask another approver');
  expectRefused(await decide('waive', run, 'mallory'), 'NotAnApprover', 'by: mallory', 'ask one of them');
  expectRefused(await decide('waive', run, APPROVER, '--items', 'aws-role:x'), 'ItemsMismatch', '--items: aws-role:x is not unresolved');
  expect((await stage.view(run)).unresolved.map((o) => o.item)).toContain(UNKNOWN);

  const waived = await decide('waive', run, APPROVER);
  expect([waived.code, waived.out]).toEqual([0, `Left in place: ${UNKNOWN}\n`]);
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  const result = await resultOf(stage, run);
  expect(result.status).toBe('completed');
  expect(result.phases[0]).toMatchObject({ phase: 'permissions', removed: 4, waived: 1, blocked: 0 });
  expect((await stage.sandbox.client.report()).untouched.changed).toEqual([]);
});

test('an item that is retried without a change is held again, and waits again', async () => {
  const run = await runAtItems();
  const retried = await decide('retry', run, APPROVER, '--items', UNKNOWN, '--json');
  expect(JSON.parse(retried.out)).toEqual({ workflowId: run, items: [UNKNOWN] });
  const { run: journal } = await stage.view(run);
  const tries = () =>
    stage.deps.journal
      .lines(journal)
      .flatMap(({ record: r }) => (r.type === 'outcome' && r.outcome.item === UNKNOWN ? [r.outcome.outcome] : []));
  await expect.poll(tries, { timeout: 20_000 }).toEqual(['blocked', 'blocked']);
  const view = await stage.until(run, (v) => v.awaiting.some((a) => a.kind === 'items'));
  expect(view.unresolved.map((o) => o.item)).toContain(UNKNOWN);
});

test('while nothing is unresolved there is nothing to waive, retry or amend', async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  expectRefused(await decide('waive', run, APPROVER), 'ItemsMismatch', 'no item waits for a decision now');
  expectRefused(await decide('retry', run, APPROVER), 'ItemsMismatch', 'look at what the run waits for', `offboard status ${run}`);
  const amend = await stage.offboard('amend', run, '--by', APPROVER, '--reason', 'closed long ago');
  expectRefused(amend, 'NotAllowed', 'amend: nothing unresolved waits');
  await expectNothingChanged(stage);
});

test('overrides of another shape never reach the journal, and a right amendment asks for approval of a new plan', async () => {
  const run = await runAtItems();
  const { run: journal, planHash } = await stage.view(run);
  const handle = stage.session.client.workflow.getHandle(run);
  for (const overrides of [undefined, 'all', [{ item: UNKNOWN }], [null]]) {
    const sent = handle.executeUpdate('amend', { args: [{ by: APPROVER, reason: 'closed', overrides }] });
    await expect(sent).rejects.toThrow(WorkflowUpdateFailedError);
  }
  expect(stage.deps.journal.lines(journal).filter(({ record: r }) => r.type === 'decision')).toHaveLength(1);
  const short = await stage.offboard('amend', run, '--by', APPROVER, '--reason', 'closed', '--override', `${UNKNOWN}=short`);
  expectRefused(short, 'Usage', '--override: write ITEM=REASON', 'at least 10 characters');

  expect((await stage.offboard('amend', run, '--by', STARTER, '--reason', 'look again')).code).toBe(0);
  const view = await stage.until(run, (v) => v.gate?.opening === 2);
  expect(view.planHash).not.toBe(planHash);
});

test('pause holds a run that was approved, resume lets it go on', async () => {
  const { run, hash } = await runAtPlan(stage, smallEstate());
  expect((await stage.offboard('pause', run, '--by', APPROVER)).out).toContain('pauses after the item under way');
  await stage.until(run, (v) => v.paused);
  expect((await stage.offboard('status', run)).out).toContain('PAUSED in plan');
  const approval = ['--gate', 'plan', '--plan-hash', hash, '--by', APPROVER, '--reason', 'read it'];
  expect((await stage.offboard('approve', run, ...approval)).code).toBe(0);
  await stage.until(run, (v) => v.stage === 'permissions');
  await expectNothingChanged(stage);
  expect((await stage.offboard('resume', run, '--by', APPROVER, '--json')).out).toBe(`{"workflowId":"${run}","resume":true}\n`);
  await stage.until(run, (v) => v.gate?.gate === 'collectors');
});

test('cancel ends a run with evidence and everything in place; afterwards nothing can be said to it', async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  expect((await stage.offboard('cancel', run, '--by', 'sam')).out).toContain('stops after the item under way');
  const view = await stage.until(run, (v) => v.status !== 'running');
  expect(view.status).toBe('cancelled');
  await expectNothingChanged(stage);
  expect(existsSync(join(stage.deps.evidenceFolder, view.run, 'index.html'))).toBe(true);
  await expect.poll(async () => (await stage.offboard('pause', run, '--by', APPROVER)).code, { timeout: 20_000 }).toBe(34);
  expectRefused(await stage.offboard('cancel', run, '--by', 'sam'), 'GateNotOpen', 'has ended (cancelled)');
  expect((await stage.offboard('report', run)).out).toMatch(/^cancelled: cancelled between items/m);
});

test('the account that could be read is not held with the one that could not', async () => {
  const run = await runAtItems();
  const { ours } = await stage.sandbox.client.report();
  expect(ours.left.filter((key) => key.includes(MEMBER_ACCOUNT))).toEqual([]);
  expect((await stage.offboard('status', run)).out).toContain(`Could not be read: aws:${CLOSED_ACCOUNT}`);
});
