import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { untilRetrying } from '../harness/activities.ts';
import { abandonRun } from '../harness/abandon.ts';
import { MAILBOX, smallEstate } from '../harness/estate.ts';
import { approveGate, deleteCollectors, planOf, resultOf, startedRun } from '../harness/people.ts';
import { holdRemovals, outcomesOf, removedBy } from '../harness/removals.ts';
import { Stage } from '../harness/stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());
afterEach(() => abandonRun(stage));

const APPLICATION = 'entra-oidc-application:5d9b7fb3-0001-4a8c-8ecd-6f7a8b9cad01';

test('clouds that go away after phase 1 make the run wait, trying again, at a phase’s entry, too; when they are back it completes', async () => {
  const run = await startedRun(stage, smallEstate());
  const hold = holdRemovals(stage, 'entra');
  const { run: journal } = await approveGate(stage, run, 'plan');
  expect((await hold.reached).id).toBe(APPLICATION);
  await stage.sandbox.stop();
  hold.release();
  expect((await untilRetrying(stage, run)).type).toBe('CloudUnavailable');
  const waiting = await stage.view(run);
  expect(waiting).toMatchObject({ stage: 'oidc-applications', status: 'running', unresolved: [] });
  expect(await outcomesOf(stage, journal, APPLICATION)).toEqual([]);

  // Nor do they fail the entry condition of a phase when they are away as its gate is approved.
  await stage.sandbox.start();
  await stage.until(run, (v) => v.gate?.gate === 'collectors');
  await stage.sandbox.stop();
  await approveGate(stage, run, 'collectors');
  expect((await untilRetrying(stage, run)).type).toBe('CloudUnavailable');
  expect((await stage.view(run)).stage).toBe('data-collection');
  await stage.sandbox.start();
  await deleteCollectors(stage, run);
  const result = await resultOf(stage, run);
  expect(result.status).toBe('completed');
  expect(await outcomesOf(stage, journal, APPLICATION)).toMatchObject([{ outcome: 'removed' }]);
  const removed = await removedBy(stage, journal);
  expect(new Set(removed).size).toBe(removed.length);
  expect(await stage.sandbox.client.report()).toMatchObject({ ours: { left: [] }, untouched: { changed: [] } });
});

/** AWS knows the worker's sessions and its secret key no more, until what is returned is called. */
async function takeKeysAway(): Promise<() => Promise<void>> {
  let before: unknown;
  await stage.sandbox.change(({ credentials }) => {
    before = structuredClone(credentials['aws']);
    const slot = credentials['aws'] as { sealKey: string; baseKey: { secretAccessKey: string } };
    slot.sealKey = 'no session counts any more';
    slot.baseKey.secretAccessKey = 'another';
  });
  return () => stage.sandbox.change(({ credentials }) => void (credentials['aws'] = before as never));
}

/** A run whose plan is read, and how many of its items are removed in AWS. */
async function runWithAws() {
  const run = await startedRun(stage, smallEstate());
  const { items } = await planOf(stage, run);
  const inAws = items.filter((i) => i.system.startsWith('aws:')).map((i) => i.id);
  const allRemoved = async (journal: string) =>
    (await removedBy(stage, journal)).filter((id) => inAws.includes(id)).length === inAws.length;
  const refusedToWaive = async (...items: string[]) =>
    expect(await stage.offboard('waive', run, ...items, '--by', 'riley', '--reason', 'away with it')).not.toMatchObject({ code: 0 });
  const retried = async () =>
    expect(await stage.offboard('retry', run, '--by', 'riley', '--reason', 'the sessions are back')).toMatchObject({ code: 0 });
  return { run, inAws, allRemoved, refusedToWaive, retried };
}

test('of what is gone a failed sign-in tells nothing: nobody may decide about it, and it is asked again when that is mended', async () => {
  const { run, inAws, allRemoved, refusedToWaive, retried } = await runWithAws();
  const hold = holdRemovals(stage, 'azure');
  const { run: journal } = await approveGate(stage, run, 'plan');
  await hold.reached;
  await expect.poll(() => allRemoved(journal), { timeout: 60_000 }).toBe(true);
  const giveBack = await takeKeysAway();
  hold.release();
  const { unresolved } = await stage.until(run, (v) => v.awaiting.length > 0);
  expect(Object.fromEntries(unresolved.map((o) => [o.item, o.code]))).toEqual(
    Object.fromEntries(inAws.map((id) => [id, 'SignatureDoesNotMatch'])),
  );
  await refusedToWaive('--all');
  await giveBack();
  await retried();
  await stage.until(run, (v) => v.gate?.gate === 'collectors');
});

test('a sign-in that fails at a cloud which only uses a thing tells nothing of the thing: it waits for that, and nobody may decide about it', async () => {
  const { run, allRemoved, refusedToWaive, retried } = await runWithAws();
  const { aws } = stage.deps.clouds;
  onTestFinished(() => void (stage.deps.clouds.aws = aws));
  let giveBack: Promise<() => Promise<void>> | undefined;
  let journal = '';
  stage.deps.clouds.aws = {
    ...aws,
    // Whoever uses the application is asked right before that is removed.
    async read(...asked) {
      if (await allRemoved(journal)) await (giveBack ??= takeKeysAway());
      return (await aws.read(...asked)) as unknown;
    },
  };
  journal = (await approveGate(stage, run, 'plan')).run;
  const { unresolved } = await stage.until(run, (v) => v.awaiting.length > 0);
  expect(unresolved).toMatchObject([{ item: APPLICATION, outcome: 'blocked', code: 'SignatureDoesNotMatch' }]);
  await refusedToWaive(APPLICATION);
  await (
    await giveBack
  )?.();
  await retried();
  await stage.until(run, (v) => v.gate?.gate === 'collectors');
  expect(await outcomesOf(stage, journal, APPLICATION)).toMatchObject([{ code: 'SignatureDoesNotMatch' }, { outcome: 'removed' }]);
});

test('clouds away for longer than waits.unreachable make the items fail with a reason; an approver has them tried again', async () => {
  const estate = smallEstate();
  estate.manifest.waits = { unreachable: '3s' };
  const run = await startedRun(stage, estate);
  const hold = holdRemovals(stage, 'entra');
  const { run: journal } = await approveGate(stage, run, 'plan');
  await hold.reached;
  await stage.sandbox.stop();
  hold.release();
  const { unresolved } = await stage.until(run, (v) => v.awaiting.length > 0);
  expect(unresolved).toMatchObject([
    { item: APPLICATION, outcome: 'failed', reason: expect.stringContaining('waits.unreachable') as string },
  ]);
  await stage.sandbox.start();
  expect(await stage.offboard('retry', run, '--by', 'riley', '--reason', 'the clouds are back')).toMatchObject({ code: 0 });
  await stage.until(run, (v) => v.gate?.gate === 'collectors');
  expect((await outcomesOf(stage, journal, APPLICATION)).map((o) => o.outcome)).toEqual(['failed', 'removed']);
});

test('clouds away at the entry of a phase for longer than waits.unreachable are told to an approver, and are read again on retry', async () => {
  const estate = smallEstate();
  estate.manifest.waits = { unreachable: '2s' };
  const run = await startedRun(stage, estate);
  const { run: journal } = await approveGate(stage, run, 'plan');
  await stage.until(run, (v) => v.gate?.gate === 'collectors');
  await stage.sandbox.stop();
  await approveGate(stage, run, 'collectors');
  const { unresolved, stage: at } = await stage.until(run, (v) => v.unresolved.length > 0 && v.awaiting.length > 0);
  expect(at).toBe('data-collection');
  expect(unresolved).toMatchObject([
    { item: APPLICATION, outcome: 'blocked', code: 'Unreadable', reason: expect.stringContaining('cannot be read any more') as string },
  ]);
  await stage.sandbox.start();
  expect(await stage.offboard('retry', run, '--by', 'riley', '--reason', 'the clouds are back')).toMatchObject({ code: 0 });
  await deleteCollectors(stage, run);
  expect((await resultOf(stage, run)).status).toBe('completed');
  expect((await outcomesOf(stage, journal, APPLICATION)).map((o) => o.outcome)).toEqual(['removed', 'blocked', 'already-gone']);
});

test('a portal that is away refuses the person in time and loses nothing: ready again works', async () => {
  const run = await startedRun(stage, smallEstate());
  await approveGate(stage, run, 'plan');
  await approveGate(stage, run, 'collectors');
  await stage.until(run, (v) => v.collectors.length > 0);
  await stage.sandbox.stop();
  const away = await stage.offboard('ready', run, 'collector-aws', '--by', MAILBOX);
  expect(away).toMatchObject({ code: 25 });
  await stage.sandbox.start();
  await deleteCollectors(stage, run);
  expect((await resultOf(stage, run)).status).toBe('completed');
}, 120_000);
