import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import * as messages from '../../../workflows/messages/index.ts';
import {
  APPLICATION,
  APPROVER,
  ASSIGNMENT,
  denied,
  planned,
  ROLE,
  scriptedWorker,
  STARTER,
  type Script,
  type ScriptedRun,
} from '../scripted.ts';

const { start } = scriptedWorker();

/** A run whose role is denied, and waits for a decision about it. */
async function stuck(script: Script = {}): Promise<ScriptedRun> {
  const run = await start(script);
  run.held.set(ROLE, denied(ROLE));
  await run.approve('plan');
  await run.untilWaiting('items');
  return run;
}

/** Judging takes a while, so that several decisions meet. */
const slowly: Activities['recordDecision'] = async ({ decision }) => {
  await sleep(100);
  return { items: 'items' in decision && !Array.isArray(decision.items) ? (decision.items?.only ?? []) : [], proved: true };
};

test('what cannot be removed waits for an approver, by name and with what may be typed; what is retried is removed', async () => {
  const run = await stuck();
  const view = await run.view();
  expect(view.awaiting).toMatchObject([{ kind: 'items', items: [ROLE], locked: [], whom: APPROVER }]);
  expect(view.awaiting[0]?.next.map((n) => n.command)).toEqual(['waive', 'retry', 'amend']);
  expect(view.unresolved).toEqual([denied(ROLE)]);
  run.held.clear();
  expect(await run.retry(ROLE)).toEqual([ROLE]);
  await run.untilGate('collectors');
  expect(run.given('removeItems').filter((ids) => ids.includes(ROLE))).toHaveLength(2);
});

test('what is waived stays, counts as waived, and is not tried again', async () => {
  const run = await stuck();
  await run.waive(ROLE);
  const view = await run.untilGate('collectors');
  expect([view.unresolved, view.counts[0]?.waived, view.counts[0]?.blocked]).toEqual([[], 1, 0]);
  expect(run.given('removeItems').filter((ids) => ids.includes(ROLE))).toHaveLength(1);
});

test('what merely waited for a waived item goes on by itself', async () => {
  const run = await start();
  run.held.set(ROLE, denied(ROLE));
  run.held.set(ASSIGNMENT, denied(ASSIGNMENT, 'Dependency'));
  await run.approve('plan');
  await run.until((v) => v.unresolved.length === 2 && v.awaiting.length > 0);
  run.held.delete(ASSIGNMENT);
  await run.waive(ROLE);
  await run.untilGate('collectors');
  expect(run.given('removeItems').filter((ids) => ids.includes(ASSIGNMENT))).toHaveLength(2);
});

test('what is held for the sake of something goes on by itself once that is left, and is asked about by itself once that is kept', async () => {
  const run = await start();
  run.held.set(ROLE, denied(ROLE, 'SharedTrust'));
  run.held.set(ASSIGNMENT, { ...denied(ASSIGNMENT, 'Shared'), heldFor: [ROLE] });
  await run.approve('plan');
  await run.until((v) => v.unresolved.length === 2 && v.awaiting.length > 0);
  run.held.set(ASSIGNMENT, denied(ASSIGNMENT, 'Shared'));
  await run.say(messages.waive, { items: { count: 1, hash: '', only: [ROLE] }, by: APPROVER, reason: 'others need it', means: 'keep' });
  const view = await run.until((v) => v.awaiting.some((w) => w.kind === 'items' && !w.items.includes(ROLE)));
  expect(view.unresolved.map((o) => o.item)).toEqual([ASSIGNMENT]);
  expect(run.given('removeItems').filter((ids) => ids.includes(ASSIGNMENT))).toHaveLength(2);
  expect(run.decisions.at(-1)).toMatchObject({ kind: 'waive', means: 'keep' });
  const neither = { items: { count: 1, hash: '', only: [ASSIGNMENT] }, by: APPROVER, reason: 'x', means: 'stay' as 'keep' };
  expect(await run.refused(run.say(messages.waive, neither))).toMatchObject({ code: 'InvalidValue' });
});

test('a retry that fails again asks again, and several retries are several tries', async () => {
  const run = await stuck();
  await run.retry(ROLE);
  await expect.poll(() => run.given('removeItems').filter((ids) => ids.includes(ROLE)).length, { interval: 10, timeout: 60_000 }).toBe(2);
  await run.untilWaiting('items');
  run.held.clear();
  await run.retry(ROLE);
  await run.untilGate('collectors');
});

test('of a retry and a waiver at once the waiver holds: what is left in place is not tried again', async () => {
  const run = await stuck({ activities: { recordDecision: slowly } });
  await Promise.all([run.retry(ROLE), sleep(20).then(() => run.waive(ROLE))]);
  await run.untilGate('collectors');
  expect(run.given('removeItems').filter((ids) => ids.includes(ROLE))).toHaveLength(1);
});

test('an amendment asked for beside a retry takes its place, and disturbs no later phase', async () => {
  const run = await stuck({ activities: { recordDecision: slowly } });
  run.held.clear();
  await Promise.all([run.retry(ROLE), sleep(20).then(() => run.say(messages.amend, { by: STARTER, reason: 'look again', overrides: [] }))]);
  await run.approve('plan', 2);
  await run.approve('collectors');
  await run.deleteCollectors();
  expect((await run.result()).status).toBe('completed');
  expect(run.inputsOf('makePlan')).toHaveLength(2);
});

test('nobody who decides in time ends the run with leftovers', async () => {
  const run = await start({ waits: { person: 100 } });
  run.held.set(ROLE, denied(ROLE));
  await run.approve('plan');
  expect(await run.result()).toMatchObject({ status: 'leftovers', reason: expect.stringContaining('nobody decided in time') as string });
  expect(run.given('removeItems').flat()).not.toContain(APPLICATION);
});

test('an amended plan is approved by itself: the gate opens a second time, and the first opening’s approval says nothing of it', async () => {
  const run = await stuck();
  const before = run.plan.hash;
  run.plan = planned(undefined, { overrides: [], protected: ['reader'] });
  run.held.clear();
  await run.say(messages.amend, { by: APPROVER, reason: 'as it is now', overrides: [{ item: ROLE, reason: 'asked its owner' }] });
  const view = await run.untilGate('plan', 2);
  expect([view.planHash, view.unresolved]).toEqual([run.plan.hash, []]);
  const old = { gate: 'plan' as const, opening: 1, planHash: before, by: APPROVER, reason: 'read it' };
  expect(await run.refused(run.say(messages.approve, old))).toMatchObject({ code: 'GateNotOpen' });
  await run.approve('plan', 2);
  await run.untilGate('collectors');
  expect(run.decisions.map((d) => d.kind)).toEqual(['approve', 'amend', 'approve', ...run.decisions.slice(3).map((d) => d.kind)]);
});

test('decisions about items are refused while none waits, and overrides of another shape at any time', async () => {
  const run = await start();
  await run.untilGate('plan');
  expect(await run.refused(run.waive(ROLE))).toMatchObject({ code: 'ItemsMismatch', next: ['status'] });
  expect(await run.refused(run.retry(ROLE))).toMatchObject({ code: 'ItemsMismatch' });
  const amendment = { by: APPROVER, reason: 'x', overrides: [] };
  expect(await run.refused(run.say(messages.amend, amendment))).toMatchObject({ code: 'NotAllowed' });
  run.held.set(ROLE, denied(ROLE));
  await run.approve('plan');
  await run.untilWaiting('items');
  for (const overrides of ['all', [{ item: ROLE }], [null]] as never[]) {
    expect(await run.refused(run.say(messages.amend, { ...amendment, overrides }))).toMatchObject({ code: 'InvalidValue' });
  }
  expect(run.decisions.map((d) => d.kind)).toEqual(['approve']);
});

test('what the activity refuses is told to whoever decided, and the items go on waiting', async () => {
  const recordDecision: Activities['recordDecision'] = ({ decision }) =>
    decision.kind === 'waive'
      ? Promise.reject(ApplicationFailure.nonRetryable('by: ask another', 'Refused', 'SelfApproval', []))
      : Promise.resolve({ items: [], proved: true });
  const run = await stuck({ activities: { recordDecision } });
  expect(await run.refused(run.waive(ROLE))).toMatchObject({ code: 'SelfApproval', message: 'by: ask another' });
  expect((await run.view()).awaiting).toMatchObject([{ kind: 'items', items: [ROLE] }]);
});

test('what came back before the next phase stops that phase until an approver has it removed again', async () => {
  let back = true;
  const confirmGone: Activities['confirmGone'] = ({ work }) =>
    Promise.resolve(back && 'type' in work && work.type === 'azure' ? [denied(ASSIGNMENT, 'CameBack')] : []);
  const run = await start({ activities: { confirmGone } });
  await run.approve('plan');
  const view = await run.untilWaiting('items');
  expect([view.stage, view.unresolved.map((o) => o.code)]).toEqual(['oidc-applications', ['CameBack']]);
  expect(run.given('removeItems').flat()).not.toContain(APPLICATION);
  back = false;
  await run.retry(ASSIGNMENT);
  await run.untilGate('collectors');
  expect(
    run
      .given('removeItems')
      .flat()
      .filter((i) => i === ASSIGNMENT),
  ).toHaveLength(2);
});

test('an activity that no try makes right ends the run as failed, with its evidence', async () => {
  const run = await start({ activities: { removeItems: () => Promise.reject(ApplicationFailure.nonRetryable('not this', 'Invalid')) } });
  await run.approve('plan');
  await expect(run.result()).rejects.toThrow('Workflow execution failed');
  expect(run.inputsOf('endRun')).toMatchObject([{ status: 'failed', reason: 'not this' }]);
});

test('a run that completes carries what may be ours and stays, in its result and its status', async () => {
  const maybeOurs = { count: 2, worst: { item: 'gcp-binding:owner', risk: 'takeover' as const } };
  const verify: Activities['verify'] = () => Promise.resolve({ leftovers: [], unknown: [], maybeOurs });
  const run = await start({ activities: { verify } });
  await run.approve('plan');
  await run.approve('collectors');
  await run.deleteCollectors();
  expect(await run.result()).toMatchObject({
    status: 'completed',
    maybeOurs,
    reason: expect.stringContaining('ours for certain') as string,
  });
  expect((await run.view()).maybeOurs).toEqual(maybeOurs);
});
