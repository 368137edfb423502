import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { AnyKind } from '../../activities/run/remove-item.ts';
import type { SystemType } from '../../model/names.ts';
import type { PlanItem } from '../../model/plan.ts';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, MEMBER_ACCOUNT, READER_ASSIGNMENT, smallEstate, STARTER, TENANT } from '../harness/estate.ts';
import { memberItem, memberRole, trusting } from '../harness/member-roles.ts';
import { approveGate, deleteCollectors, resultOf, startedRun } from '../harness/people.ts';
import { outcomesOf } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

/** Has the cloud refuse a removal, until the returned function is called. */
function onRemove(type: SystemType, which: (i: PlanItem) => boolean, instead: () => Promise<void>): () => void {
  const clouds = stage.deps.clouds;
  const cloud = clouds[type];
  const kinds = (cloud.kinds as AnyKind[]).map((kind) => ({
    ...kind,
    async remove(api: unknown, items: readonly [PlanItem, ...PlanItem[]]) {
      if (items.some(which)) await instead();
      await kind.remove(api, items);
    },
  }));
  clouds[type] = { ...cloud, kinds };
  const undo = () => {
    clouds[type] = cloud;
  };
  onTestFinished(undo);
  return undo;
}
const denied = () => Promise.reject(Object.assign(new Error('denied by an SCP'), { name: 'AccessDenied' }));

test('once a member role is retried, what waited for it in another account goes on by itself', async () => {
  const run = await startedRun(stage, smallEstate());
  const undo = onRemove('aws', (i) => i.id === memberItem('contoso-collect'), denied);
  const { run: journal } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.length > 0 && v.stage === 'permissions');
  undo();
  expect(await stage.offboard('retry', run, '--by', APPROVER, '--reason', 'allowed now')).toMatchObject({ code: 0 });
  await expect.poll(() => outcomesOf(stage, journal, memberItem('contoso-collect')).at(-1)?.outcome, { timeout: 10_000 }).toBe('removed');
  const w = await stage.until(run, (v) => v.gate?.gate === 'collectors');
  expect(w.unresolved).toEqual([]);
});

const POLICY_ARN = `arn:aws:iam::${MEMBER_ACCOUNT}:policy/ciem-controller-${TENANT}`;
const policy = {
  kind: 'aws-policy',
  ours: true,
  account: MEMBER_ACCOUNT,
  name: `ciem-controller-${TENANT}`,
  versions: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iam:AttachRolePolicy', Resource: '*' }] }],
};

test('a controller policy that could not be removed is not lost by an amended plan', async () => {
  const estate = smallEstate();
  estate.objects.push(policy as never, memberRole('ctl', { attached: [POLICY_ARN] }));
  const run = await startedRun(stage, estate);
  const undo = onRemove('aws', (i) => i.kind === 'aws-policy', denied);
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.length > 0 && v.stage === 'permissions');
  undo();
  expect(await stage.offboard('amend', run, '--by', APPROVER, '--reason', 'permission given')).toMatchObject({ code: 0 });
  await stage.until(run, (v) => v.gate?.opening === 2);
  await approveGate(stage, run, 'plan');
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  const result = await resultOf(stage, run);
  const left = (await stage.sandbox.client.report()).ours.left;
  expect({ status: result.status, left }).not.toEqual({ status: 'completed', left: [`aws-policy:${POLICY_ARN}`] });
});

test('nor by a new run after one that was cancelled between role and policy', async () => {
  const estate = smallEstate();
  estate.objects.push(policy as never, memberRole('ctl', { attached: [POLICY_ARN] }));
  const run = await startedRun(stage, estate);
  const undo = onRemove('aws', (i) => i.kind === 'aws-policy', denied);
  await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.length > 0 && v.stage === 'permissions');
  undo();
  await stage.offboard('cancel', run);
  await resultOf(stage, run).catch(() => undefined);
  const file = stage.writeManifest(estate.manifest);
  const started = await stage.offboard('start', file, '--by', STARTER, '--json');
  expect(started.code).toBe(0);
  await approveGate(stage, run, 'plan');
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  const result = await resultOf(stage, run);
  const left = (await stage.sandbox.client.report()).ours.left;
  expect({ status: result.status, left }).not.toEqual({ status: 'completed', left: [`aws-policy:${POLICY_ARN}`] });
});

test('a role repurposed after a refused removal is drift on retry', async () => {
  const estate = smallEstate();
  estate.objects.push(memberRole('repurposed'));
  const item = memberItem('repurposed');
  const run = await startedRun(stage, estate);
  const undo = onRemove('aws', (i) => i.id === item, denied);
  const { run: journal } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.awaiting.length > 0 && v.stage === 'permissions');
  undo();
  await stage.sandbox.change(({ entries }) => {
    const { object } = entries[item] as { object: { trust: unknown; description: string } };
    object.trust = trusting('arn:aws:iam::999900001111:root');
    object.description = 'now the payroll batch runs with it';
  });
  await stage.offboard('retry', run, '--by', APPROVER, '--reason', 'allowed now');
  await expect.poll(() => outcomesOf(stage, journal, item).length, { timeout: 10_000 }).toBe(2);
  expect(outcomesOf(stage, journal, item).at(-1)).toMatchObject({ code: 'Drift' });
});

test('what was refused to us and then deleted by somebody else is already gone, not removed', async () => {
  const run = await startedRun(stage, smallEstate());
  const item = `azure-role-assignment:${READER_ASSIGNMENT}`;
  const undo = onRemove(
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
  await expect.poll(() => outcomesOf(stage, journal, item).length, { timeout: 10_000 }).toBe(2);
  expect(outcomesOf(stage, journal, item).at(-1)).toMatchObject({ outcome: 'already-gone' });
});
