import { WorkflowUpdateFailedError } from '@temporalio/client';
import { expect, test } from 'vitest';
import * as messages from '../../../workflows/messages/index.ts';
import { APPLICATION, APPROVER, denied, FINDINGS, planned, ROLE, scriptedWorker, SIGN_IN } from '../scripted.ts';

const { startRestore } = scriptedWorker();

const plan = () => planned(FINDINGS.filter((f) => f.phase !== 'data-collection'));

test('a restore goes through the phases backwards, after an approval of its own', async () => {
  const run = await startRestore({ plan: plan() });
  await run.untilGate('restore');
  expect(run.given('restoreItems')).toEqual([]);
  await run.approve('restore');
  expect(await run.result()).toMatchObject({ status: 'completed', reason: expect.stringContaining('restored 4 and compared') as string });
  expect(run.given('restoreItems').slice(0, 2)).toEqual([[SIGN_IN], [APPLICATION]]);
  expect(run.inputsOf('removeItems')).toEqual([]);
});

test('a restore that is rejected, or that nobody decides about, gives nothing back', async () => {
  const rejected = await startRestore({ plan: plan() });
  await rejected.decide('reject', 'restore');
  expect(await rejected.result()).toMatchObject({ status: 'denied', reason: expect.stringContaining('stays removed') as string });
  const expired = await startRestore({ plan: plan(), waits: { reminder: 5_000, escalation: 6_000, gate: 150 } });
  expect(await expired.result()).toMatchObject({ status: 'denied', reason: expect.stringContaining('silence never approves') as string });
  expect([...rejected.given('restoreItems'), ...expired.given('restoreItems')]).toEqual([]);
});

test('what cannot be given back waits for an approver, who may have it tried again or leave it; no amended plan follows', async () => {
  const run = await startRestore({ plan: plan() });
  run.held.set(ROLE, denied(ROLE, 'NameTaken'));
  await run.approve('restore');
  const { awaiting } = await run.untilWaiting('items');
  expect(awaiting[0]?.next.map((n) => n.command)).toEqual(['waive', 'retry']);
  const amendment = run.say(messages.amend, { by: APPROVER, reason: 'x', overrides: [] });
  await expect(amendment).rejects.toThrow(WorkflowUpdateFailedError);
  await run.retry(ROLE);
  await expect.poll(() => run.given('restoreItems').filter((ids) => ids.includes(ROLE)).length, { interval: 10, timeout: 60_000 }).toBe(2);
  await run.untilWaiting('items');
  await run.waive(ROLE);
  expect(await run.result()).toMatchObject({ status: 'completed', reason: expect.stringContaining('not given back 1') as string });
});

test('nobody who decides in time about what waits ends a restore with leftovers, and says what gives the rest back', async () => {
  const run = await startRestore({ plan: plan(), waits: { person: 100 } });
  run.held.set(ROLE, denied(ROLE));
  await run.approve('restore');
  expect(await run.result()).toMatchObject({ status: 'leftovers', next: [{ command: 'restore' }] });
});

test('a restore of nothing is refused, a dry one ends after its plan, and preconditions refuse', async () => {
  expect((await (await startRestore({ plan: planned([]) })).result()).status).toBe('refused');
  expect((await (await startRestore({ plan: plan() }, { dryRun: true })).result()).status).toBe('dry-run');
  expect(await (await startRestore({ failures: ['another run is under way'] })).result()).toMatchObject({
    status: 'refused',
    reason: 'another run is under way',
  });
});

test('a restore pauses and resumes, and is cancelled, as an offboarding', async () => {
  const run = await startRestore({ plan: plan() });
  await run.untilGate('restore');
  await run.say(messages.pause, { by: APPROVER });
  await run.approve('restore');
  await run.until((v) => v.stage === 'sign-in');
  expect(run.given('restoreItems')).toEqual([]);
  await run.say(messages.resume, { by: APPROVER });
  expect((await run.result()).status).toBe('completed');
  const cancelled = await startRestore({ plan: plan() });
  await cancelled.untilGate('restore');
  await cancelled.handle.cancel();
  await expect(cancelled.result()).rejects.toThrow('cancelled');
});
