import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultEstate } from '../harness/default-estate.ts';
import { APPROVER } from '../harness/estate.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { recordsOf } from '../harness/removals.ts';
import { approveRestore, begunRestore, changedInTheClouds, restoreResult } from '../harness/restores.ts';
import { lasting } from '../../sandbox/lasting.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open(defaultEstate()));
afterAll(() => stage.close());

const changed = () => changedInTheClouds(stage, lasting);

test('the whole default estate, all clouds, comes back as it was but for the collectors', async () => {
  const run = await startedRun(stage, defaultEstate());
  await approveGate(stage, run, 'plan');
  // Something of ours is locked against deletion: it stays, and is nothing to give back.
  await stage.until(run, (v) => v.awaiting.length > 0 && v.unresolved.length > 0);
  expect((await stage.offboard('waive', run, '--by', APPROVER, '--reason', 'locked by its owner')).code).toBe(0);
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect(await resultOf(stage, run)).toMatchObject({ status: 'completed' });
  const removed = changed().length;
  const { workflowId, plan } = await begunRestore(stage, run);
  expect(plan.untouched.map((u) => u.id)).toEqual(plan.untouched.map((u) => u.id).filter((id) => id.startsWith('data-collector:')));
  await approveRestore(stage, workflowId);
  const result = await restoreResult(stage, workflowId);
  const outcomes = (await recordsOf(stage, result.run)).flatMap((r) => (r.type === 'outcome' ? [r.outcome.outcome] : []));
  expect(outcomes).toEqual(plan.items.map(() => 'restored'));
  expect(result.status).toBe('completed');
  expect(new Set(plan.items.map((i) => i.system.slice(0, i.system.indexOf(':'))))).toEqual(new Set(['aws', 'azure', 'gcp', 'entra']));
  expect(changed().filter((key) => !key.startsWith('portal-collector:'))).toEqual([]);
  expect(removed).toBeGreaterThan(plan.items.length / 2);
}, 120_000);
