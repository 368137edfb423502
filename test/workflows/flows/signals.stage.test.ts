import { expect, test } from 'vitest';
import { ApplicationFailure } from '@temporalio/common';
import * as messages from '../../../workflows/messages/index.ts';
import { APPROVER, scriptedWorker, type ScriptedRun } from '../scripted.ts';

const { start } = scriptedWorker();

const approval = (run: ScriptedRun, more: object = {}) => ({
  gate: 'plan',
  opening: 1,
  planHash: run.plan.hash,
  by: APPROVER,
  reason: 'read it',
  ...more,
});

test('a signal approves as an update does', async () => {
  const run = await start();
  await run.untilGate('plan');
  await run.handle.signal('approve', approval(run));
  await run.untilGate('collectors');
  expect(run.decisions).toMatchObject([{ kind: 'approve', gate: 'plan', by: APPROVER }]);
});

test('a signal that is malformed or wrong never fails the run, and shows as the last refusal until something is judged', async () => {
  const run = await start();
  await run.untilGate('plan');
  const wrong: [unknown[], string][] = [
    [[], 'approve: gate: is missing'],
    [[null], 'approve: gate: is missing'],
    [['approve'], 'approve: gate: is missing'],
    [[approval(run, { gate: 'phase1' })], 'gate: phase1 is no gate'],
    [[approval(run, { reason: 7 })], 'reason: is missing'],
    [[approval(run, { opening: '1' })], 'is not open'],
    [[approval(run, { planHash: '0' })], 'is not the plan that waits'],
  ];
  for (const [args, words] of wrong) {
    await run.handle.signal('approve', ...args);
    await run.until((v) => v.lastRefusal?.includes(words) === true);
  }
  await run.handle.signal('lift', { by: APPROVER, reason: 'x' });
  await run.until((v) => v.lastRefusal?.startsWith('lift: lift: this run removes without a quarantine') === true);
  expect(run.decisions).toEqual([]);
  await run.handle.signal('approve', approval(run));
  expect((await run.untilGate('collectors')).lastRefusal).toBeUndefined();
});

test('what the activity refuses of a signal shows, too, and the gate stays open', async () => {
  const refusal = () =>
    Promise.reject(ApplicationFailure.nonRetryable('by: mallory is not among the approvers', 'Refused', 'NotAnApprover'));
  const run = await start({ activities: { recordDecision: refusal } });
  await run.untilGate('plan');
  await run.handle.signal('approve', approval(run, { by: 'mallory' }));
  const view = await run.until((v) => v.lastRefusal !== undefined);
  expect([view.lastRefusal, view.gate?.gate]).toEqual(['approve: by: mallory is not among the approvers', 'plan']);
});

test('an activity that fails at a signal for whatever reason fails no run: why shows, and the gate stays open', async () => {
  const fails = () =>
    Promise.reject(ApplicationFailure.nonRetryable('not an input of this activity (decision.ticket: invalid_type)', 'NotAuthorized'));
  const run = await start({ activities: { recordDecision: fails } });
  await run.untilGate('plan');
  await run.handle.signal('approve', approval(run));
  const view = await run.until((v) => v.lastRefusal !== undefined);
  expect([view.lastRefusal, view.gate?.gate, view.status]).toEqual([
    'approve: not an input of this activity (decision.ticket: invalid_type)',
    'plan',
    'running',
  ]);
});

test('a message says nothing of its own kind', async () => {
  const run = await start();
  await run.untilGate('plan');
  await run.handle.signal('approve', approval(run, { kind: 'reject' }));
  await run.untilGate('collectors');
  expect(run.decisions.map((d) => d.kind)).toEqual(['approve']);
});

test('whoever pauses by a signal without a word is unnamed; to go on needs a name that is judged', async () => {
  const run = await start();
  await run.untilGate('plan');
  await run.handle.signal('pause', 7);
  await run.until((v) => v.paused);
  await run.handle.signal('resume');
  await run.until((v) => !v.paused);
  expect(run.decisions).toEqual([
    { kind: 'pause', by: 'unnamed' },
    { kind: 'resume', by: 'unnamed' },
  ]);
});

test('an update without what it needs is refused with the field', async () => {
  const run = await start();
  await run.untilGate('plan');
  const none = {} as never;
  const all = [messages.approve, messages.waive, messages.retry, messages.amend, messages.lift, messages.pause, messages.resume];
  for (const update of all)
    expect(await run.refused(run.say(update as typeof messages.approve, none))).toMatchObject({ code: 'InvalidValue' });
  for (const update of [messages.collectorReady, messages.submitOtp, messages.resendOtp, messages.confirmCollector])
    expect(await run.refused(run.say(update as typeof messages.resendOtp, none))).toMatchObject({
      message: expect.stringContaining('collector: is missing') as string,
    });
  expect(run.decisions).toEqual([]);
});
