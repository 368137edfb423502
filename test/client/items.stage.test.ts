import { existsSync } from 'node:fs';
import { join } from 'node:path';
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
const UNKNOWN = `unread-system:aws:${CLOSED_ACCOUNT}`;

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

test('items that are held wait for an approver other than the starter, and waived ones stay in place while the run goes on', async () => {
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
  // Nothing is known of the account that nobody could enter.
  expect(result.status).toBe('leftovers');
  expect(result.phases[0]).toMatchObject({ phase: 'permissions', removed: 4, waived: 1, blocked: 0 });
  expect((await stage.sandbox.client.report()).untouched.changed).toEqual([]);
});

test('cancel ends a run with evidence and everything in place; afterwards nothing can be said to it', async () => {
  const { run } = await runAtPlan(stage, smallEstate());
  expect((await stage.offboard('cancel', run, '--by', 'sam')).out).toContain('stops after the item under way');
  const view = await stage.until(run, (v) => v.status !== 'running');
  expect(view.status).toBe('cancelled');
  await expectNothingChanged(stage);
  expect(existsSync(join(stage.deps.evidenceFolder, view.run, 'index.html'))).toBe(true);
  await expect.poll(async () => (await stage.offboard('pause', run, '--by', APPROVER)).code, { timeout: 60_000 }).toBe(34);
  expectRefused(await stage.offboard('cancel', run, '--by', 'sam'), 'GateNotOpen', 'has ended (cancelled)');
  expect((await stage.offboard('report', run)).out).toMatch(/^cancelled: cancelled between items/m);
});

test('the account that could be read is not held with the one that could not', async () => {
  const run = await runAtItems();
  const { ours } = await stage.sandbox.client.report();
  expect(ours.left.filter((key) => key.includes(MEMBER_ACCOUNT))).toEqual([]);
  expect((await stage.offboard('status', run)).out).toContain(`Could not be read: aws:${CLOSED_ACCOUNT}`);
});
