import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { refused } from '../../../activities/failures.ts';
import type { Activities } from '../../../activities/index.ts';
import { waitingWords } from '../../../model/waiting-words.ts';
import * as messages from '../../../workflows/messages/index.ts';
import {
  APPROVER,
  COLLECTOR,
  denied,
  MAILBOX,
  OTHER_COLLECTOR,
  planned,
  scriptedWorker,
  SEALED,
  SIGN_IN,
  type Script,
  type ScriptedRun,
} from '../scripted.ts';
import { finding } from '../../model/findings.ts';

const { start } = scriptedWorker();

/** A run that waits for its collectors' people. */
async function collecting(script: Script = {}): Promise<ScriptedRun> {
  const run = await start(script);
  await run.approve('plan');
  await run.approve('collectors');
  await run.untilWaiting('collector');
  return run;
}

const ready = (run: ScriptedRun, collector = 'c1') => run.say(messages.collectorReady, { collector, by: MAILBOX });
const enter = (run: ScriptedRun, collector = 'c1') => run.say(messages.submitOtp, { collector, by: MAILBOX, sealedOtp: SEALED });
const members = async (run: ScriptedRun) =>
  (await run.view()).awaiting.map((w) => (w.kind === 'collector' ? `${w.id} ${w.stage}` : w.kind));

const LOCKED = { ...denied(COLLECTOR, 'OtpExhausted'), reason: 'locked after 3 wrong codes' };

/** The portal locks the first collector at its first code, and takes every other. */
function lockingOnce(): Activities['enterOtp'] {
  let locked = false;
  return ({ item }) => {
    if (item !== COLLECTOR || locked) return Promise.resolve({ kind: 'deleted', outcome: { item, outcome: 'removed', reason: 'gone' } });
    locked = true;
    return Promise.resolve({ kind: 'blocked', outcome: LOCKED });
  };
}

test('each collector waits for its own person, in any order; sign-in goes when the last is deleted', async () => {
  const run = await collecting();
  expect(await members(run)).toEqual(['c1 not-ready', 'c2 not-ready']);
  expect(await ready(run, 'c2')).toMatchObject({ id: 'c2', stage: 'code-sent', challenge: { sentTo: 'd***', attemptsLeft: 3 } });
  expect(await members(run)).toEqual(['c1 not-ready', 'c2 code-sent']);
  expect(await enter(run, 'c2')).toMatchObject({ item: OTHER_COLLECTOR, outcome: 'removed' });
  expect((await run.view()).collectors).toMatchObject([
    { id: 'c1', stage: 'not-ready' },
    { id: 'c2', stage: 'settled' },
  ]);
  expect(run.given('removeItems').flat()).not.toContain(SIGN_IN);
  await run.deleteCollectors('c1');
  expect((await run.result()).status).toBe('completed');
  expect(run.given('removeItems').flat()).toContain(SIGN_IN);
});

test('a wrong code is refused with the tries that are left, and the code goes on waiting', async () => {
  const run = await collecting({ activities: { enterOtp: () => Promise.resolve({ kind: 'wrong', attemptsLeft: 2 }) } });
  await ready(run);
  expect(await run.refused(enter(run))).toMatchObject({
    code: 'OtpWrong',
    message: expect.stringContaining('2 tries are left') as string,
    next: ['resend-otp'],
  });
  expect((await run.view()).collectors[0]).toMatchObject({ stage: 'code-sent', challenge: { attemptsLeft: 2 } });
});

test('an expired code begins anew: the person says again to be ready', async () => {
  const run = await collecting({ activities: { enterOtp: () => Promise.resolve({ kind: 'expired' }) } });
  await ready(run);
  expect(await run.refused(enter(run))).toMatchObject({ code: 'OtpExpired', next: ['ready'] });
  expect((await run.view()).collectors[0]).toEqual(expect.not.objectContaining({ challenge: expect.anything() as unknown }));
  expect(await members(run)).toEqual(['c1 not-ready', 'c2 not-ready']);
  await ready(run);
});

test('a fresh code may be sent five times for one deletion, and again for the next', async () => {
  const run = await collecting({ activities: { enterOtp: () => Promise.resolve({ kind: 'expired' }) } });
  const resend = () => run.say(messages.resendOtp, { collector: 'c1', by: MAILBOX });
  await ready(run);
  for (let i = 0; i < 5; i++) expect(await resend()).toMatchObject({ stage: 'code-sent' });
  expect(await run.refused(resend())).toMatchObject({ code: 'ResendTooSoon' });
  expect(run.inputsOf('resendOtp')).toHaveLength(5);
  await run.refused(enter(run));
  await ready(run);
  await resend();
});

test('a fresh code that is refused, whoever asked for it, takes none of the five', async () => {
  let refusals = 0;
  const resendOtp: Activities['resendOtp'] = () =>
    refusals++ < 6
      ? Promise.reject(refused('ProofMissing', 'proof: is missing'))
      : Promise.resolve({ deletionId: 'd', sentTo: 'd***', expiresAt: new Date(Date.now() + 60_000).toISOString(), attemptsLeft: 3 });
  const run = await collecting({ activities: { resendOtp } });
  const resend = () => run.say(messages.resendOtp, { collector: 'c1', by: MAILBOX });
  await ready(run);
  for (let i = 0; i < 6; i++) expect(await run.refused(resend())).toMatchObject({ code: 'ProofMissing' });
  for (let i = 0; i < 5; i++) expect(await resend()).toMatchObject({ stage: 'code-sent' });
  expect(await run.refused(resend())).toMatchObject({ code: 'ResendTooSoon' });
});

test('of two messages about one collector at once the second is refused; another collector is free', async () => {
  const slow: Activities['enterOtp'] = async ({ item }) => {
    await sleep(200);
    return { kind: 'deleted', outcome: { item, outcome: 'removed', reason: 'gone' } };
  };
  const run = await collecting({ activities: { enterOtp: slow } });
  await ready(run);
  await ready(run, 'c2');
  const first = enter(run);
  await expect.poll(() => run.inputsOf('enterOtp').length, { interval: 5, timeout: 60_000 }).toBe(1);
  expect(await run.refused(enter(run))).toMatchObject({ message: expect.stringContaining('busy with another message') as string });
  await Promise.all([first, enter(run, 'c2')]);
  expect(run.inputsOf('enterOtp').map((i) => i.item)).toEqual([COLLECTOR, OTHER_COLLECTOR]);
});

test('a locked collector shows at once what an approver types, while the other goes on waiting', async () => {
  const run = await collecting({ activities: { enterOtp: lockingOnce() } });
  await ready(run);
  expect(await run.refused(enter(run))).toMatchObject({
    code: 'OtpExhausted',
    message: 'otp: locked after 3 wrong codes; an approver has it tried again, or leaves it in place',
    next: ['waive', 'retry', 'amend'],
  });
  const { awaiting, collectors } = await run.view();
  expect(awaiting).toMatchObject([
    { kind: 'collector', id: 'c2' },
    { kind: 'items', items: [COLLECTOR], locked: [{ item: COLLECTOR }], whom: APPROVER },
  ]);
  expect(awaiting.map(waitingWords)[1]).toBe('a decision about 1 unresolved item; data-collector:c1: locked after 3 wrong codes');
  expect(collectors.map((c) => c.stage)).toEqual(['locked', 'not-ready']);
});

test('ready and otp of a locked collector say who must do what', async () => {
  const run = await collecting({ activities: { enterOtp: lockingOnce() } });
  await ready(run);
  await run.refused(enter(run));
  const resend = () => run.say(messages.resendOtp, { collector: 'c1', by: MAILBOX });
  for (const ask of [() => ready(run), () => enter(run), resend]) {
    expect(await run.refused(ask())).toEqual({
      code: 'NotWaitingForCollector',
      message: 'collector: c1: locked after 3 wrong codes; an approver has it tried again, or leaves it in place',
      next: ['waive', 'retry', 'amend'],
    });
  }
});

test('two collectors that are locked are both shown, and a decision about one leaves the other asked about', async () => {
  const enterOtp: Activities['enterOtp'] = ({ item }) => Promise.resolve({ kind: 'blocked', outcome: { ...LOCKED, item } });
  const run = await collecting({ activities: { enterOtp } });
  for (const id of ['c1', 'c2']) {
    await ready(run, id);
    expect(await run.refused(enter(run, id))).toMatchObject({ code: 'OtpExhausted', next: ['waive', 'retry', 'amend'] });
  }
  const { awaiting, collectors } = await run.view();
  expect(awaiting).toMatchObject([{ kind: 'items', items: [COLLECTOR, OTHER_COLLECTOR], whom: APPROVER }]);
  expect(awaiting.map(waitingWords)).toEqual([
    'a decision about 2 unresolved items; data-collector:c1: locked after 3 wrong codes; data-collector:c2: locked after 3 wrong codes',
  ]);
  expect(collectors.map((c) => c.stage)).toEqual(['locked', 'locked']);
  await run.retry(OTHER_COLLECTOR);
  await run.until((v) => v.awaiting.length === 2);
  const then = await run.view();
  expect(then.awaiting.find((w) => w.kind === 'items')).toMatchObject({ items: [COLLECTOR], locked: [{ item: COLLECTOR }] });
  expect(then.collectors.map((c) => c.stage)).toEqual(['locked', 'not-ready']);
});

test('a collector that is locked while the run is paused is asked about once it goes on', async () => {
  const entering = Promise.withResolvers<void>();
  const enterOtp: Activities['enterOtp'] = async () => {
    await entering.promise;
    return { kind: 'blocked', outcome: LOCKED };
  };
  const run = await collecting({ activities: { enterOtp } });
  await ready(run);
  const slow = enter(run);
  await expect.poll(() => run.inputsOf('enterOtp').length, { interval: 5, timeout: 60_000 }).toBe(1);
  await run.say(messages.pause, { by: APPROVER });
  entering.resolve();
  expect(await run.refused(slow)).toMatchObject({ code: 'OtpExhausted' });
  expect((await run.view()).collectors.map((c) => c.stage)).toEqual(['locked', 'not-ready']);
  await run.say(messages.resume, { by: APPROVER });
  await run.until((v) => v.awaiting.some((w) => w.kind === 'items'));
  await run.retry(COLLECTOR);
  await run.until((v) => v.awaiting.filter((w) => w.kind === 'collector').length === 2);
});

test('a locked collector that is tried again waits for its person beside the other, and both are deleted', async () => {
  const run = await collecting({ activities: { enterOtp: lockingOnce() } });
  await ready(run);
  await run.refused(enter(run));
  await run.retry(COLLECTOR);
  await run.until((v) => v.awaiting.filter((w) => w.kind === 'collector').length === 2);
  expect((await members(run)).toSorted()).toEqual(['c1 not-ready', 'c2 not-ready']);
  await run.deleteCollectors('c2', 'c1');
  expect((await run.result()).status).toBe('completed');
});

test('a locked collector that is left in place counts as waived while the other waits; its waiver ends nothing else', async () => {
  const run = await collecting({ activities: { enterOtp: lockingOnce() } });
  await ready(run);
  await run.refused(enter(run));
  await run.waive(COLLECTOR);
  await run.until((v) => v.awaiting.every((w) => w.kind === 'collector'));
  expect([await members(run), (await run.view()).counts[2]?.waived]).toEqual([['c2 not-ready'], 1]);
  await run.deleteCollectors('c2');
  await run.result();
});

test('a waiver of a collector that is tried again ends the waiting for its person', async () => {
  const run = await collecting({
    activities: {
      enterOtp: ({ item }) => Promise.resolve({ kind: 'blocked', outcome: { ...LOCKED, item } }),
    },
  });
  for (const id of ['c1', 'c2']) {
    await ready(run, id);
    await run.refused(enter(run, id));
  }
  await run.retry(COLLECTOR);
  await run.until((v) => v.awaiting.length === 2);
  expect((await members(run)).toSorted()).toEqual(['c1 not-ready', 'items']);
  await run.waive(COLLECTOR, OTHER_COLLECTOR);
  await run.result();
  expect(run.inputsOf('requestDeletion')).toHaveLength(2);
});

test('nobody who comes for a collector that is tried again has an approver asked again', async () => {
  const run = await collecting({ waits: { person: 8_000 }, activities: { enterOtp: lockingOnce() } });
  await run.deleteCollectors('c2');
  await ready(run);
  await run.refused(enter(run));
  await run.retry(COLLECTOR);
  await run.until((v) => v.awaiting.some((w) => w.kind === 'collector'));
  await run.untilWaiting('items');
  await run.waive(COLLECTOR);
  expect((await run.result()).status).toBe('completed');
});

test('nobody who comes in time ends the run, and sign-in stays on', async () => {
  const run = await start({ waits: { person: 100 } });
  await run.approve('plan');
  await run.approve('collectors');
  expect(await run.result()).toMatchObject({ status: 'leftovers', reason: expect.stringContaining('nobody decided in time') as string });
  expect(run.given('removeItems').flat()).not.toContain(SIGN_IN);
});

test('an amendment waits for the code that is being entered, and the next plan asks for collectors anew', async () => {
  const entering = Promise.withResolvers<void>();
  const enterOtp: Activities['enterOtp'] = async ({ item }) => {
    if (item === COLLECTOR) return { kind: 'blocked', outcome: LOCKED };
    await entering.promise;
    return { kind: 'deleted', outcome: { item, outcome: 'removed', reason: 'gone' } };
  };
  const run = await collecting({ activities: { enterOtp } });
  await ready(run);
  await ready(run, 'c2');
  await run.refused(enter(run));
  const slow = enter(run, 'c2');
  await expect.poll(() => run.inputsOf('enterOtp').length, { interval: 5, timeout: 60_000 }).toBe(2);
  await run.say(messages.amend, { by: APPROVER, reason: 'another mailbox', overrides: [] });
  expect([run.inputsOf('walk').length, await run.underWay()]).toEqual([1, ['enterOtp']]);
  entering.resolve();
  await slow;
  expect((await run.untilGate('plan', 2)).awaiting.map((w) => w.kind)).toEqual(['gate']);
});

test('a configuration that is deleted by hand is confirmed; one whose portal is retired is attested by an approver', async () => {
  const byHand: Activities['requestDeletion'] = () => Promise.resolve({ kind: 'by-hand' });
  const run = await collecting({ drivers: { c1: 'operator', c2: 'retired' }, activities: { requestDeletion: byHand } });
  expect(await members(run)).toEqual(['c1 not-ready', 'c2 by-hand']);
  expect((await run.view()).awaiting.map((w) => w.whom)).toEqual([MAILBOX, 'an approver']);
  expect(await ready(run)).toMatchObject({ stage: 'by-hand' });
  expect(await run.refused(enter(run))).toMatchObject({ message: expect.stringContaining('c1 is by-hand') as string, next: ['confirm'] });
  const confirm = (collector: string) => run.say(messages.confirmCollector, { collector, by: APPROVER, statement: 'it is gone' });
  await confirm('c1');
  await confirm('c2');
  expect((await run.result()).status).toBe('completed');
});

test('a message for a collector at another stage, unknown, or settled is refused with what it is', async () => {
  const run = await collecting();
  expect(await run.refused(enter(run))).toMatchObject({
    message: expect.stringContaining('c1 is not-ready; no code was sent') as string,
    next: ['ready'],
  });
  expect(await run.refused(ready(run, 'c9'))).toMatchObject({
    message: expect.stringContaining('c9 is not one the run waits for') as string,
  });
  await run.deleteCollectors('c1');
  expect(await run.refused(ready(run))).toMatchObject({ message: expect.stringContaining('c1 is settled: removed') as string });
});

test('a paused run takes no code, and asks for none', async () => {
  const run = await collecting();
  await run.say(messages.pause, { by: APPROVER });
  expect(await run.refused(ready(run))).toMatchObject({
    message: expect.stringContaining('the run is paused') as string,
    next: ['resume'],
  });
  expect(run.inputsOf('requestDeletion')).toEqual([]);
});

test('a code in clear text is refused by the validator: no activity sees it, and no history holds it', async () => {
  const run = await collecting();
  await ready(run);
  const clear = run.say(messages.submitOtp, { collector: 'c1', by: MAILBOX, sealedOtp: '918273' });
  expect(await run.refused(clear)).toMatchObject({ code: 'OtpShape' });
  expect(run.inputsOf('enterOtp')).toEqual([]);
  expect(JSON.stringify(await run.handle.fetchHistory())).not.toContain(Buffer.from('918273').toString('base64'));
});

test('a collector that is gone already is settled by saying to be ready', async () => {
  const gone: Activities['requestDeletion'] = ({ item }) =>
    Promise.resolve({ kind: 'outcome', outcome: { item, outcome: 'already-gone', reason: 'not listed' } });
  const run = await collecting({ activities: { requestDeletion: gone } });
  expect(await ready(run)).toMatchObject({ stage: 'settled' });
  await ready(run, 'c2');
  expect((await run.result()).status).toBe('completed');
});

test('a portal that could not be read waits for an approver, and no collector is asked for', async () => {
  const portal = finding('portal', {
    kind: 'unread-system',
    id: 'unread-system:portal:t',
    system: 'portal:t',
    phase: 'data-collection',
    stage: '',
  });
  const run = await start({ plan: planned([portal]) });
  run.held.set(portal.id, denied(portal.id, 'UnreadSystem'));
  await run.approve('plan');
  await run.approve('collectors');
  expect((await run.untilWaiting('items')).collectors).toEqual([]);
  await run.waive(portal.id);
  expect((await run.result()).status).toBe('completed');
});

test('a configuration that is there again before phase 4 is deleted again by its person, when an approver says so', async () => {
  let back = true;
  const confirmGone: Activities['confirmGone'] = ({ work }) =>
    Promise.resolve(back && 'type' in work && work.type === 'portal' ? [denied(COLLECTOR, 'CameBack')] : []);
  const run = await collecting({ activities: { confirmGone } });
  await run.deleteCollectors();
  const view = await run.untilWaiting('items');
  expect([view.stage, view.unresolved.map((o) => o.code)]).toEqual(['sign-in', ['CameBack']]);
  back = false;
  await run.retry(COLLECTOR);
  await run.deleteCollectors('c1');
  expect((await run.result()).status).toBe('completed');
  expect(run.inputsOf('requestDeletion').map((i) => i.item)).toEqual([COLLECTOR, OTHER_COLLECTOR, COLLECTOR]);
});
