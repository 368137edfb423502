import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { abandonRun } from '../harness/abandon.ts';
import { asRun } from '../harness/as-run.ts';
import { MAILBOX, smallEstate, STARTER } from '../harness/estate.ts';
import { loseAnswer } from '../harness/lose-answer.ts';
import { approveGate, deleteCollectors, finish, newMail, resultOf, startedRun } from '../harness/people.ts';
import { outcomesOf } from '../harness/removals.ts';
import { seal } from '../../security/sealing.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const COLLECTOR = 'data-collector:collector-aws';

test('a configuration edited after its code was sent is not deleted', async () => {
  const run = await startedRun(stage, smallEstate());
  await approveGate(stage, run, 'plan');
  const { run: journal } = await approveGate(stage, run, 'collectors');
  await stage.until(run, (v) => v.collectors.length > 0);
  await stage.offboard('ready', run, 'collector-aws', '--by', MAILBOX);
  const code = await newMail(stage, MAILBOX, undefined);
  await stage.sandbox.change((state) => {
    const entry = state.entries['portal-collector:collector-aws'];
    if (entry) entry.object = { ...(entry.object as object), name: 'Somebody else’s now' };
  });
  const entered = await stage.offboardWith(`${code}\n`, 'otp', run, 'collector-aws', '--by', MAILBOX);
  expect(entered.code).toBe(45);
  expect(entered.err).toContain('changed since the plan was made');
  expect(await outcomesOf(stage, journal, COLLECTOR)).toMatchObject([{ outcome: 'blocked', code: 'Drift' }]);
  expect((await stage.sandbox.client.report()).ours.left).toContain('portal-collector:collector-aws');
});

test('while a run is paused no deletion is asked for and no code is entered, whoever calls the activity; a worker that dies with the answer takes nothing for somebody else’s doing', async () => {
  const run = await startedRun(stage, smallEstate());
  await approveGate(stage, run, 'plan');
  const { run: journal, planHash = '' } = await approveGate(stage, run, 'collectors');
  await stage.until(run, (v) => v.collectors.length > 0);
  await stage.offboard('ready', run, 'collector-aws', '--by', MAILBOX);
  const code = await newMail(stage, MAILBOX, undefined);
  const { otpPublicKey = {} } = await stage.view(run);
  const sealedOtp = await seal(otpPublicKey, code, 'collector-aws');
  await stage.offboard('pause', run, '--by', STARTER);
  const said = { run: journal, planHash, item: COLLECTOR, by: MAILBOX, arrivedAt: new Date().toISOString() };
  for (const answer of [
    await asRun(stage, journal, 'requestDeletion', said),
    await asRun(stage, journal, 'enterOtp', { ...said, sealedOtp }),
  ])
    expect(answer).toMatchObject({ type: 'Refused', message: 'the run is paused; resume it first' });
  expect((await stage.sandbox.client.report()).ours.left).toContain('portal-collector:collector-aws');
  await stage.offboard('resume', run, '--by', STARTER);
  loseAnswer(stage, (r) => r.type === 'outcome' && r.outcome.item === COLLECTOR);
  expect((await stage.offboardWith(`${code}\n`, 'otp', run, 'collector-aws', '--by', MAILBOX)).code).toBe(0);
  expect(await resultOf(stage, run)).toMatchObject({ status: 'completed' });
  expect(await outcomesOf(stage, journal, COLLECTOR)).toMatchObject([{ outcome: 'removed' }]);
});

test('what an earlier run of the tenant took away needs nothing any more: the next run is held by none of it', async () => {
  const before = smallEstate();
  const id = 'collector-azure';
  before.manifest.collectors?.push({ id, type: 'azure', driver: 'http', recipient: MAILBOX });
  before.objects.push({ kind: 'portal-collector', ours: true, id, type: 'azure', name: 'Contoso Azure', recipient: MAILBOX });
  expect(await finish(stage, await startedRun(stage, before))).toMatchObject({ status: 'completed' });
  const run = await startedRun(stage, smallEstate());
  await approveGate(stage, run, 'plan');
  await approveGate(stage, run, 'collectors');
  await deleteCollectors(stage, run);
  await stage.until(run, (v) => v.stage === 'ended' || v.unresolved.length > 0);
  const { unresolved } = await stage.view(run);
  expect(unresolved).toEqual([]);
  expect(await resultOf(stage, run)).toMatchObject({ status: 'completed', leftovers: [] });
});
