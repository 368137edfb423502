import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { expectCancelled } from '../harness/ended.ts';
import { APPROVER, MEMBER_ACCOUNT, READER_ASSIGNMENT, smallEstate, STARTER, TENANT, type TestEstate } from '../harness/estate.ts';
import { memberItem, memberRole, trusting } from '../harness/member-roles.ts';
import { approveGate, finish, startedRun } from '../harness/people.ts';
import { beforeRemoving, denied, outcomesOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

test('once a member role is retried, what waited for it in another account goes on by itself', async () => {
  const run = await startedRun(stage, smallEstate());
  const undo = beforeRemoving(stage, 'aws', (i) => i.id === memberItem('contoso-collect'), denied);
  const { run: journal } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.length > 0 && v.stage === 'permissions');
  undo();
  expect(await stage.offboard('retry', run, '--by', APPROVER, '--reason', 'allowed now')).toMatchObject({ code: 0 });
  await expect
    .poll(async () => (await outcomesOf(stage, journal, memberItem('contoso-collect'))).at(-1)?.outcome, { timeout: 60_000 })
    .toBe('removed');
  const w = await stage.until(run, (v) => v.gate?.gate === 'collectors');
  expect(w.unresolved).toEqual([]);
});

const POLICY_ARN = `arn:aws:iam::${MEMBER_ACCOUNT}:policy/ciem-controller-${TENANT}`;
const policy: TestEstate['objects'][number] = {
  kind: 'aws-policy',
  ours: true,
  account: MEMBER_ACCOUNT,
  name: `ciem-controller-${TENANT}`,
  versions: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iam:AttachRolePolicy', Resource: '*' }] }],
};

/** A run that removed the role with the controller policy and then was forbidden to remove the policy, which only the role proved ours. */
async function policyLeftBehind(): Promise<{ run: string; estate: TestEstate }> {
  const estate = smallEstate();
  estate.objects.push(policy, memberRole('ctl', { attached: [POLICY_ARN] }));
  const run = await startedRun(stage, estate);
  const undo = beforeRemoving(stage, 'aws', (i) => i.kind === 'aws-policy', denied);
  await approveGate(stage, run, 'plan');
  const { unresolved } = await stage.until(run, (v) => v.awaiting.length > 0 && v.stage === 'permissions');
  expect(unresolved).toMatchObject([{ item: `aws-policy:${POLICY_ARN}`, code: 'AccessDenied' }]);
  undo();
  return { run, estate };
}

async function expectNothingLeft(run: string): Promise<void> {
  const result = await finish(stage, run);
  expect(result).toMatchObject({ status: 'completed', leftovers: [] });
  expect((await stage.sandbox.client.report()).ours.left).toEqual([]);
}

test('a controller policy that could not be removed is not lost by an amended plan', async () => {
  const { run } = await policyLeftBehind();
  expect(await stage.offboard('amend', run, '--by', APPROVER, '--reason', 'permission given')).toMatchObject({ code: 0 });
  await stage.until(run, (v) => v.gate?.opening === 2);
  await expectNothingLeft(run);
});

test('nor by a new run after one that was cancelled between role and policy', async () => {
  const { run, estate } = await policyLeftBehind();
  expect(await stage.offboard('cancel', run, '--by', 'sam')).toMatchObject({ code: 0 });
  await expectCancelled(stage, run);
  const started = await stage.offboard('start', stage.writeManifest(estate.manifest), '--by', STARTER, '--json');
  expect(started).toMatchObject({ code: 0 });
  await expectNothingLeft(run);
});

test('a role repurposed after a refused removal is drift on retry', async () => {
  const estate = smallEstate();
  estate.objects.push(memberRole('repurposed'));
  const item = memberItem('repurposed');
  const run = await startedRun(stage, estate);
  const undo = beforeRemoving(stage, 'aws', (i) => i.id === item, denied);
  const { run: journal } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.length > 0 && v.stage === 'permissions');
  undo();
  await stage.sandbox.change(({ entries }) => {
    const { object } = entries[item] as { object: { trust: unknown; description: string } };
    object.trust = trusting('arn:aws:iam::999900001111:root');
    object.description = 'now the payroll batch runs with it';
  });
  await stage.offboard('retry', run, '--by', APPROVER, '--reason', 'allowed now');
  await expect.poll(async () => (await outcomesOf(stage, journal, item)).length, { timeout: 60_000 }).toBe(2);
  expect((await outcomesOf(stage, journal, item)).at(-1)).toMatchObject({ code: 'Drift' });
});

test('what was refused to us and then deleted by somebody else is already gone, not removed', async () => {
  const run = await startedRun(stage, smallEstate());
  const item = `azure-role-assignment:${READER_ASSIGNMENT}`;
  const undo = beforeRemoving(
    stage,
    'azure',
    () => true,
    () => Promise.reject(new Error('refused by policy')),
  );
  const { run: journal } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.length > 0 && v.stage === 'permissions');
  undo();
  await stage.sandbox.change(({ entries }) => {
    const entry = entries[item];
    if (entry) entry.deletedAt = new Date(0).toISOString();
  });
  await stage.offboard('retry', run, '--by', APPROVER, '--reason', 'again');
  await expect.poll(async () => (await outcomesOf(stage, journal, item)).length, { timeout: 60_000 }).toBe(2);
  expect((await outcomesOf(stage, journal, item)).at(-1)).toMatchObject({ outcome: 'already-gone' });
});
