import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { adoptRun } from '../../activities/evidence/adopt.ts';
import { removedWithAdopted } from '../../activities/records/removed.ts';
import type { Reason } from '../../model/next-step.ts';
import { workflowIdOf } from '../../model/run-name.ts';
import { abandonRun } from '../harness/abandon.ts';
import { APPROVER, smallEstate, STARTER, TENANT } from '../harness/estate.ts';
import { approveGate, finish, resultOf, deleteCollectors } from '../harness/people.ts';
import { outcomesOf, removedBy } from '../harness/removals.ts';
import { signedBy } from '../harness/signed.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterEach(() => abandonRun(stage));
afterAll(() => stage.close());

const RUN = workflowIdOf('offboarding', TENANT);
const start = (...more: string[]) => stage.offboard('start', stage.writeManifest(smallEstate().manifest), '--by', STARTER, ...more);

/** A run that removed what phase 1 removes, waits at the gate after it, and whose workflow Temporal knows no more. */
async function lost(): Promise<{ old: string; removed: string[] }> {
  await stage.fill(smallEstate());
  expect(await start()).toMatchObject({ code: 0 });
  const { run: old } = await approveGate(stage, RUN, 'plan');
  await stage.until(RUN, (v) => v.gate?.gate === 'collectors');
  await stage.session.client.workflow.getHandle(RUN).terminate('the database was lost');
  return { old, removed: await removedBy(stage, old) };
}

test('a run that lost its Temporal is named to whoever starts; taken over, what it did is part of the new one, what was decided is not', async () => {
  const { old, removed } = await lost();
  expect(removed.length).toBeGreaterThan(0);
  await start();
  const refused = await resultOf(stage, RUN);
  expect(refused).toMatchObject({ status: 'refused', next: [{ command: 'start', args: ['MANIFEST', '--adopt', old, '--by', 'NAME'] }] });
  expect(refused.reason).toContain(`${old} of this tenant began to change`);

  expect(await start('--adopt', old)).toMatchObject({ code: 0 });
  const { run } = await stage.until(RUN, (v) => v.gate?.gate === 'plan');
  expect(run).not.toBe(old);
  const plan = await stage.offboard('plan', RUN);
  expect(plan.out).toContain(`takes over from ${old}`);
  expect(await stage.deps.journal.ledger(old)).toMatchObject({ ended: 'superseded' });
  const result = await finish(stage, RUN);
  expect(result.status).toBe('completed');
  expect((await removedBy(stage, run)).filter((id) => removed.includes(id))).toEqual([]);

  const { journal, artifacts } = stage.deps;
  const all = (await removedWithAdopted(journal, artifacts, run)).removed.map((r) => r.item.id);
  expect(all).toEqual(expect.arrayContaining(removed));
  const restore = await stage.offboard('restore', RUN, '--dry-run', '--by', STARTER, '--json');
  expect(restore.code).toBe(0);
  for (const evidence of [result.evidence, result.evidence.replace(run, old)])
    expect(await stage.offboard('evidence', 'verify', evidence)).toMatchObject({ code: 0 });
  const { out } = await stage.offboard('report', RUN);
  expect(out).toContain(`takes over from ${old}`);
});

test('an intent that was left open is settled: what is gone went by the run that began it, and a restore finds it', async () => {
  const { old } = await lost();
  const { journal, artifacts } = stage.deps;
  const ledger = await journal.ledger(old);
  const open = [...ledger.begun][0] as string;
  // As if the answer had been lost with the worker.
  const outcome = { item: open, outcome: 'failed', code: 'Lost', reason: 'no answer' } as const;
  await journal.append(old, { type: 'outcome', phase: 'permissions', outcome });
  await journal.append(old, { type: 'intent', item: open, planHash: ledger.planHash ?? '', phase: 'permissions' });
  // Where the policy demands it, whoever takes it over signs that, too.
  const own = stage.deps.policy;
  onTestFinished(() => void (stage.deps.policy = own));
  const { keys, policy } = signedBy(stage);
  stage.deps.policy = policy;
  expect(await start('--adopt', RUN, '--sign-with', keys[STARTER]?.file ?? '')).toMatchObject({ code: 0 });
  const { run } = await stage.until(RUN, (v) => v.gate?.gate === 'plan');
  expect(await outcomesOf(stage, run, open)).toMatchObject([{ outcome: 'removed' }]);
  expect((await removedWithAdopted(journal, artifacts, run)).removed.map((r) => r.item.id)).toContain(open);
});

test('a try to take over that was cut off after it ended the old run is taken up again', async () => {
  const { old } = await lost();
  const { journal } = stage.deps;
  const run = `${RUN}_next`;
  await journal.append(old, { type: 'run-ended', status: 'superseded', reason: `superseded by ${run}, which adopts what it did` });
  const adopt = (by: string) => adoptRun(stage.deps, { run: by, adopt: old, by: STARTER });
  expect(await adopt(run)).toEqual([]);
  expect((await journal.ledger(run)).adopted).toEqual({ run: old });
  expect(await adopt(`${RUN}_another`)).toMatchObject([{ reason: `adopt: ${old} has ended (superseded); start without it` }]);
});

test('a run that goes on, has ended, or is not there is not taken over; nothing is written to it', async () => {
  await stage.fill(smallEstate());
  await start();
  const { run: old } = await stage.until(RUN, (v) => v.gate?.gate === 'plan');
  const lines = (await stage.deps.journal.lines(old)).length;
  // Whoever may write to the namespace may start another beside it.
  const beside = `${RUN}-beside`;
  const input = { manifest: smallEstate().manifest, startedBy: STARTER, dryRun: false, searchAttributes: false, adopt: old };
  await stage.session.client.workflow.start('offboarding', { workflowId: beside, taskQueue: stage.taskQueue, args: [input] });
  await expect(resultOf(stage, beside)).rejects.toMatchObject({
    cause: { cause: { message: 'run: is not the name of a run; nothing was done' } },
  });
  const adopt = () => adoptRun(stage.deps, { run: `${RUN}_${randomUUID()}`, adopt: old, by: STARTER });
  const environment = new MockActivityEnvironment(undefined, { client: stage.session.client });
  const reasons = await environment.run<[], Reason[], typeof adopt>(adopt);
  expect(reasons).toMatchObject([{ reason: expect.stringContaining('is still running in the Temporal') as string }]);
  expect(await stage.deps.journal.lines(old)).toHaveLength(lines);
  await stage.session.client.workflow.getHandle(RUN).terminate('over');
  await start('--adopt', 'offboarding-unknown');
  expect(await resultOf(stage, RUN)).toMatchObject({
    status: 'refused',
    reason: expect.stringContaining('hold no run offboarding-unknown') as string,
  });
  expect(await start('--adopt', old, '--dry-run')).toMatchObject({ code: 2 });
});

test('a Temporal that no longer answers needs a reason, which plan and evidence show', async () => {
  const { old } = await lost();
  const { journal } = stage.deps;
  const first = (await journal.lines(old))[0]?.record;
  expect(first).toMatchObject({ type: 'run-started', temporal: { namespace: 'default' } });
  if (first?.type !== 'run-started') return;
  await journal.append(old, { ...first, temporal: { address: '127.0.0.1:9', namespace: 'default' } });
  // Whoever does not prove to be somebody takes over nothing.
  const own = stage.deps.policy;
  onTestFinished(() => void (stage.deps.policy = own));
  stage.deps.policy = signedBy(stage).policy;
  await start('--adopt', old);
  expect((await resultOf(stage, RUN)).reason).toMatch(/^proof: is missing/);
  expect((await journal.ledger(old)).ended).toBeUndefined();
  stage.deps.policy = own;
  await start('--adopt', old);
  const refused = await resultOf(stage, RUN);
  expect(refused.reason).toContain('does not answer');
  await start('--adopt', old, '--old-temporal-gone', 'its machine burnt');
  await stage.until(RUN, (v) => v.gate?.gate === 'plan');
  expect((await stage.offboard('plan', RUN)).out).toContain('its Temporal is gone: its machine burnt');
  await approveGate(stage, RUN, 'plan');
  await approveGate(stage, RUN, 'collectors');
  await deleteCollectors(stage, RUN);
  expect((await resultOf(stage, RUN)).status).toBe('completed');
  expect(APPROVER).not.toBe(STARTER);
});
