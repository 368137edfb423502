import { Context } from '@temporalio/activity';
import { CancelledFailure, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import * as messages from '../../../workflows/messages/index.ts';
import { APPROVER, MAILBOX, planned, scriptedWorker, STARTER, type Script, type ScriptedRun } from '../scripted.ts';
import { finding } from '../../model/findings.ts';

const { start } = scriptedWorker();

/** Removes one item, then waits to be asked to stop, and says what it did not begin; given the rest, it goes to the end. */
function interrupted(): { removeItems: Activities['removeItems']; reached: Promise<void> } {
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  let first = true;
  const removeItems: Activities['removeItems'] = async ({ work }) => {
    const items = 'items' in work ? work.items : ['aws-role:a', 'aws-role:b', 'aws-role:c'];
    const removed = (ids: string[]) => ids.map((item) => ({ item, outcome: 'removed' as const, reason: 'gone' }));
    if (!first) return { outcomes: removed(items), remaining: [] };
    first = false;
    resolve();
    const beat = setInterval(() => Context.current().heartbeat(), 10);
    await Context.current().cancelled.catch(() => clearInterval(beat));
    return { outcomes: removed(items.slice(0, 1)), remaining: items.slice(1) };
  };
  return { removeItems, reached };
}

const ONE_SYSTEM = planned([finding('a'), finding('b'), finding('c')]);

async function endedAsCancelled(run: ScriptedRun): Promise<void> {
  const error: unknown = await run.result().catch((e: unknown) => e);
  expect(error).toBeInstanceOf(WorkflowFailedError);
  expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
  expect(await run.view()).toMatchObject({ status: 'cancelled', stage: 'ended', awaiting: [] });
  expect(run.inputsOf('endRun').map((e) => e.status)).toEqual(['cancelled']);
  expect(run.calls.at(-1)?.name).toBe('endRun');
}

async function cancel(run: ScriptedRun): Promise<void> {
  await run.handle.signal(messages.cancelledBy, { by: STARTER });
  await run.handle.cancel();
}

test('a pause ends the removal under way after its item; resuming hands in the rest, each item once', async () => {
  const { removeItems, reached } = interrupted();
  const run = await start({ plan: ONE_SYSTEM, activities: { removeItems } });
  await run.approve('plan');
  await reached;
  await run.say(messages.pause, { by: 'passer-by' });
  const view = await run.until((v) => v.counts[0]?.removed === 1);
  expect([view.paused, view.stage]).toEqual([true, 'permissions']);
  expect([run.inputsOf('removeItems').length, await run.underWay()]).toEqual([1, []]);
  await run.say(messages.resume, { by: STARTER });
  expect((await run.result()).status).toBe('completed');
  expect(run.inputsOf('removeItems').map(({ work }) => ('items' in work ? work.items : 'batch'))).toEqual([
    'batch',
    ['aws-role:b', 'aws-role:c'],
  ]);
});

test('a run paused at a gate takes the approval and removes nothing until it is resumed', async () => {
  const run = await start();
  await run.untilGate('plan');
  await run.say(messages.pause, { by: STARTER });
  await run.approve('plan');
  await run.until((v) => v.stage === 'permissions' && v.paused);
  expect([run.inputsOf('removeItems'), await run.underWay()]).toEqual([[], []]);
  await run.say(messages.resume, { by: STARTER });
  await run.untilGate('collectors');
  expect(run.given('removeItems').flat()).toHaveLength(3);
});

test('who pauses and who resumes is recorded; what is paused is not paused again, and only what is paused is resumed', async () => {
  const run = await start();
  await run.untilGate('plan');
  expect(await run.refused(run.say(messages.resume, { by: APPROVER }))).toMatchObject({ code: 'NotAllowed' });
  await run.say(messages.pause, { by: 'passer-by' });
  expect(await run.refused(run.say(messages.pause, { by: APPROVER }))).toMatchObject({ code: 'NotAllowed', next: ['resume'] });
  await run.say(messages.resume, { by: STARTER });
  expect(run.decisions).toEqual([
    { kind: 'pause', by: 'passer-by' },
    { kind: 'resume', by: STARTER },
  ]);
});

test('a pause stops at once, before it is recorded; a resume that is refused leaves the run paused', async () => {
  const { promise: recorded, resolve: record } = Promise.withResolvers<void>();
  const recordDecision: Activities['recordDecision'] = async ({ decision }) => {
    if (decision.kind === 'resume') throw ApplicationFailure.nonRetryable('by: is not among the approvers', 'Refused', 'NotAnApprover');
    if (decision.kind === 'pause') await recorded;
    return { items: [], proved: true };
  };
  const run = await start({ activities: { recordDecision } });
  await run.untilGate('plan');
  const pausing = run.say(messages.pause, { by: STARTER });
  await run.until((v) => v.paused);
  record();
  await pausing;
  expect(await run.refused(run.say(messages.resume, { by: 'passer-by' }))).toMatchObject({ code: 'NotAnApprover' });
  expect((await run.view()).paused).toBe(true);
});

test('a cancellation ends the removal under way after its item, and begins no other', async () => {
  const { removeItems, reached } = interrupted();
  const run = await start({ plan: ONE_SYSTEM, activities: { removeItems } });
  await run.approve('plan');
  await reached;
  await cancel(run);
  await endedAsCancelled(run);
  expect(run.inputsOf('removeItems')).toHaveLength(1);
  expect(run.decisions.map((d) => d.kind)).toEqual(['approve', 'cancel']);
  expect(run.inputsOf('endRun')[0]?.reason).toBe(`cancelled between items by ${STARTER}`);
});

const PLACES: [where: string, script: Script, there: (run: ScriptedRun) => Promise<unknown>][] = [
  ['at a gate', {}, (run) => run.untilGate('plan')],
  [
    'while paused',
    {},
    async (run) => {
      await run.untilGate('plan');
      await run.say(messages.pause, { by: STARTER });
      await run.approve('plan');
      await run.until((v) => v.stage === 'permissions');
    },
  ],
  [
    'while a one-time password is awaited',
    {},
    async (run) => {
      await run.approve('plan');
      await run.approve('collectors');
      await run.untilWaiting('collector');
      await run.say(messages.collectorReady, { collector: 'c1', by: MAILBOX });
    },
  ],
  [
    'while the change window is closed',
    {
      activities: {
        removeItems: ({ work }) =>
          Promise.resolve({
            outcomes: [],
            remaining: 'items' in work ? work.items : ['x'],
            opensAt: new Date(Date.now() + 60_000).toISOString(),
          }),
      },
    },
    async (run) => {
      await run.approve('plan');
      await run.untilWaiting('time');
    },
  ],
];

test.each(PLACES)('a cancellation %s ends the run with its evidence, and says who cancelled', async (_, script, there) => {
  const run = await start(script);
  await there(run);
  await cancel(run);
  await endedAsCancelled(run);
  expect(run.decisions.at(-1)).toEqual({ kind: 'cancel', by: STARTER });
});

test('a cancellation that Temporal was asked for directly names nobody', async () => {
  const run = await start();
  await run.untilGate('plan');
  await run.handle.cancel();
  await endedAsCancelled(run);
  expect([run.decisions, run.inputsOf('endRun')[0]?.reason]).toEqual([[], 'cancelled between items']);
});

test('an approval by signal and a cancellation that come together end the run as cancelled', async () => {
  const run = await start();
  const { planHash } = await run.untilGate('plan');
  await Promise.all([
    run.handle.signal('approve', { gate: 'plan', opening: 1, planHash, by: APPROVER, reason: 'read it' }),
    run.handle.cancel(),
  ]);
  await endedAsCancelled(run);
});
