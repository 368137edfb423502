import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { EstateObjectSchema, objectKey } from '../../sandbox/objects.ts';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, READER_ASSIGNMENT, smallEstate, SUBSCRIPTION } from '../harness/estate.ts';
import { memberItem, memberRole } from '../harness/member-roles.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { holdRemovals, outcomesOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

function appears(object: object): Promise<void> {
  return stage.sandbox.change(({ entries }) => {
    const parsed = EstateObjectSchema.parse(object);
    entries[objectKey(parsed)] = { object: parsed };
  });
}

/** Undoes a deletion, as somebody who restores a thing does. */
function comesBack(key: string): Promise<void> {
  return stage.sandbox.change(({ entries }) => {
    const entry = entries[key];
    if (!entry?.deletedAt) throw new Error(`${key} was not deleted`);
    delete entry.deletedAt;
  });
}

test('an assignment of ours that appears after the plan is a leftover: the run does not claim to be clean', async () => {
  const run = await startedRun(stage, smallEstate());
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.gate?.gate === 'collectors');
  const name = randomUUID();
  await appears({ ...assignment(), name, ours: true });
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  const result = await resultOf(stage, run);
  const id = `azure-role-assignment:/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments/${name}`;
  expect(result).toMatchObject({ status: 'leftovers', leftovers: [id], reason: expect.stringContaining(id) as string });
  expect((await stage.offboard('watch', run)).code).toBe(3);
});

test('a member role that appears after phase 1 is a leftover, though the OIDC role it trusted is gone', async () => {
  const run = await startedRun(stage, smallEstate());
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.gate?.gate === 'collectors');
  await appears(memberRole('late'));
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  expect(await resultOf(stage, run)).toMatchObject({ status: 'leftovers', leftovers: [memberItem('late')] });
});

test('a role that comes back other than it was needs an amended plan before it goes again', async () => {
  const run = await startedRun(stage, smallEstate());
  const hold = holdRemovals(stage, 'azure');
  const { run: journal } = await approveGate(stage, run, 'plan');
  const role = memberItem('contoso-collect');
  await expect.poll(async () => (await outcomesOf(stage, journal, role)).length, { timeout: 60_000 }).toBe(1);
  // The sandbox took its policies off before it deleted it, and its trust names by now a role that is gone.
  await comesBack(role);
  hold.release();
  await stage.until(run, (v) => v.unresolved.some((o) => o.item === role && o.code === 'CameBack'));
  await stage.until(run, (v) => v.awaiting.length > 0);
  await stage.offboard('retry', run, '--by', APPROVER, '--reason', 'nobody knows why');
  await stage.until(run, (v) => v.awaiting.length > 0 && v.unresolved.some((o) => o.item === role && o.code === 'Drift'));
  expect(await stage.offboard('amend', run, '--by', APPROVER, '--reason', 'as it is now')).toMatchObject({ code: 0 });
  await stage.until(run, (v) => v.gate?.opening === 2);
  await approveGate(stage, run, 'plan');
  await approveGate(stage, run, 'collectors');
  expect((await outcomesOf(stage, journal, role)).map((o) => o.outcome)).toEqual(['removed', 'blocked', 'blocked', 'removed']);
  await deleteCollectors(stage, run);
  expect(await resultOf(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
  expect((await stage.sandbox.client.report()).ours.left).toEqual([]);
});

function assignment(): object {
  const found = smallEstate().objects.find((o) => o.kind === 'azure-role-assignment' && o.ours);
  if (!found) throw new Error(`the estate has no ${READER_ASSIGNMENT}`);
  return found;
}
