import { setTimeout as sleep } from 'node:timers/promises';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import { expect, test } from 'vitest';
import * as messages from '../../../workflows/messages/index.ts';
import { awaitingAttribute, phaseAttribute } from '../../../workflows/search-attributes.ts';
import {
  APPLICATION,
  APPROVER,
  ASSIGNMENT,
  FINDINGS,
  planned,
  ROLE,
  scriptedWorker,
  SIGN_IN,
  STARTER,
  type ScriptedRun,
} from '../scripted.ts';

const { start } = scriptedWorker();

const outcomesAtGates = (run: ScriptedRun) => run.inputsOf('closeGate').map(({ gate, outcome }) => `${gate} ${outcome}`);

test('a run goes through the guide in its order, and removes nothing before its gate is passed', async () => {
  const run = await start();
  await run.untilGate('plan');
  expect(run.given('removeItems')).toEqual([]);
  await run.approve('plan');
  await run.untilGate('collectors');
  expect(run.given('removeItems').flat().toSorted()).toEqual([ROLE, ASSIGNMENT, APPLICATION].toSorted());
  expect(run.given('removeItems').at(-1)).toEqual([APPLICATION]);
  expect(run.inputsOf('requestDeletion')).toEqual([]);
  await run.approve('collectors');
  await run.deleteCollectors();
  const result = await run.result();
  expect([result.status, result.planHash]).toEqual(['completed', run.plan.hash]);
  expect(run.given('removeItems').at(-1)).toEqual([SIGN_IN]);
  expect(outcomesAtGates(run)).toEqual(['plan approved', 'collectors approved']);
  expect(run.calls.slice(-3).map((c) => c.name)).toEqual(['verify', 'readOwnAccess', 'endRun']);
  // Whatever a worker had in hand when it died, another one has it soon.
  const { events } = await run.handle.fetchHistory();
  const begun = (events ?? []).flatMap((e) => e.activityTaskScheduledEventAttributes ?? []);
  const missed = new Set(begun.map((a) => optionalTsToMs(a.heartbeatTimeout)));
  expect(missed).toEqual(new Set([10_000, 15_000]));
  const pauses = new Set(begun.map(({ retryPolicy: r }) => [optionalTsToMs(r?.initialInterval), r?.backoffCoefficient].join(' × ')));
  expect(pauses).toEqual(new Set(['1000 × 1']));
});

test('before each phase what the one before removed is looked at again', async () => {
  const run = await start();
  await run.approve('plan');
  await run.approve('collectors');
  await run.deleteCollectors();
  await run.result();
  const order = run.calls.flatMap((c) =>
    c.name === 'removeItems' || c.name === 'confirmGone' ? [`${c.name} ${run.idsOf(c.input.work).length}`] : [],
  );
  expect(order).toEqual([
    'removeItems 1',
    'removeItems 1',
    'confirmGone 1',
    'confirmGone 1',
    'removeItems 1',
    'confirmGone 1',
    'confirmGone 2',
    'removeItems 1',
  ]);
});

test('a rejection ends the run as denied, and nothing is removed', async () => {
  const run = await start();
  await run.decide('reject', 'plan');
  expect(await run.result()).toMatchObject({ status: 'denied', reason: expect.stringContaining('rejected the plan') as string });
  expect([run.given('removeItems'), outcomesAtGates(run)]).toEqual([[], ['plan rejected']]);
});

test('silence never approves: a reminder, an escalation, then the gate closes as expired and the run as denied', async () => {
  const run = await start({ waits: { reminder: 60, escalation: 120, gate: 200 } });
  expect(await run.result()).toMatchObject({ status: 'denied', reason: expect.stringContaining('silence never approves') as string });
  expect(run.inputsOf('remind').map((r) => r.stage)).toEqual(['reminder', 'escalation']);
  expect([run.given('removeItems'), outcomesAtGates(run)]).toEqual([[], ['plan expired']]);
  expect(await run.view()).toMatchObject({ gateOutcome: 'expired', awaiting: [] });
});

test('a gate that was approved after its reminder is not escalated', async () => {
  const run = await start({ waits: { reminder: 50, escalation: 60_000, gate: 90_000 } });
  await expect.poll(() => run.inputsOf('remind').length, { interval: 10, timeout: 60_000 }).toBe(1);
  await run.approve('plan');
  await run.untilGate('collectors');
  expect(run.inputsOf('remind').flatMap((r) => (r.gate === 'plan' ? [r.stage] : []))).toEqual(['reminder']);
  // Of the gate that is open now.
  expect((await run.timers()).filter((t) => t.state === 'running')).toHaveLength(1);
});

test('an approval that is still being judged when the gate’s time is over counts as the activity judges it', async () => {
  const run: ScriptedRun = await start({
    waits: { reminder: 5_000, escalation: 6_000, gate: 400 },
    activities: {
      recordDecision: async () => {
        await expect.poll(() => run.timers(), { interval: 20, timeout: 60_000 }).toEqual([{ ms: 400, state: 'fired' }]);
        return { items: [], proved: true };
      },
    },
  });
  await run.approve('plan');
  await run.until((v) => v.stage !== 'plan');
  expect(outcomesAtGates(run)).toEqual(['plan approved']);
});

test('of an approval and a rejection at once one is judged, and whoever gave the other hears that it came too late', async () => {
  const run = await start({
    activities: {
      recordDecision: async () => {
        await sleep(100);
        return { items: [], proved: true };
      },
    },
  });
  const { planHash = '' } = await run.untilGate('plan');
  const message = { gate: 'plan' as const, opening: 1, planHash, reason: 'read it' };
  const answers = await Promise.allSettled([
    run.say(messages.approve, { ...message, by: APPROVER }),
    run.say(messages.reject, { ...message, by: STARTER }),
  ]);
  const late = answers.flatMap((a) => (a.status === 'rejected' ? [String((a.reason as Error).cause)] : []));
  expect(late).toEqual([expect.stringContaining('is not open') as string]);
  expect(run.decisions).toHaveLength(1);
});

test('another gate, opening or plan is refused before anybody judges it, and the gate stays open', async () => {
  const run = await start();
  const { planHash = '' } = await run.untilGate('plan');
  const message = { gate: 'plan' as const, opening: 1, planHash, by: APPROVER, reason: 'read it' };
  const refusals = [
    [{ ...message, gate: 'collectors' as const }, 'GateNotOpen', ['status']],
    [{ ...message, opening: 2 }, 'GateNotOpen', ['status']],
    [{ ...message, planHash: '0' }, 'PlanHashMismatch', ['plan']],
    [{ ...message, reason: ' ' }, 'InvalidValue', []],
  ] as const;
  for (const [wrong, code, next] of refusals) {
    expect(await run.refused(run.say(messages.approve, wrong))).toMatchObject({ code, next });
  }
  expect([run.decisions, (await run.view()).gate?.opening]).toEqual([[], 1]);
});

test('a gate before the collectors that closes keeps collectors and sign-in', async () => {
  const run = await start({ waits: { reminder: 5_000, escalation: 6_000, gate: 500 } });
  await run.approve('plan');
  expect((await run.result()).status).toBe('denied');
  expect([run.inputsOf('requestDeletion'), run.given('removeItems').flat().includes(SIGN_IN)]).toEqual([[], false]);
});

test('where nothing stands behind a gate nobody is asked', async () => {
  const run = await start({ plan: planned([]) });
  expect((await run.result()).status).toBe('completed');
  expect(run.inputsOf('openGate')).toEqual([]);
});

test('where no collector and no sign-in is left the second gate is not opened', async () => {
  const run = await start({ plan: planned(FINDINGS.filter((f) => f.phase === 'permissions')) });
  await run.approve('plan');
  expect((await run.result()).status).toBe('completed');
  expect(run.inputsOf('openGate').map((g) => g.gate)).toEqual(['plan']);
});

test('a dry run ends after its plan', async () => {
  const run = await start({}, { dryRun: true });
  expect((await run.result()).status).toBe('dry-run');
  expect([run.inputsOf('makePlan').length, run.inputsOf('openGate')]).toEqual([1, []]);
});

test('a precondition that is not met refuses the run before anything is read', async () => {
  const run = await start({ failures: ['no successor', 'nobody may approve'] });
  expect(await run.result()).toMatchObject({ status: 'refused', reason: 'no successor; nobody may approve' });
  expect([run.inputsOf('walk'), run.inputsOf('makePlan')]).toEqual([[], []]);
});

test('leftovers, and what could not be read, are told and never called completed', async () => {
  const verify = (found: object) => ({ verify: () => Promise.resolve({ leftovers: [], unknown: [], ...found }) });
  const plan = planned([]);
  const left = await start({ plan, activities: verify({ leftovers: ['aws-role:late'] }) });
  expect(await left.result()).toMatchObject({ status: 'leftovers', reason: expect.stringContaining('aws-role:late') as string });
  const unknown = await start({ plan, activities: verify({ unknown: ['aws:1'], mend: 'mend the access' }) });
  expect(await unknown.result()).toMatchObject({ status: 'leftovers', reason: 'nothing can be said about aws:1: mend the access' });
  const both = await start({ plan, activities: verify({ leftovers: ['aws-role:late'], unknown: ['aws:1'] }) });
  expect(await both.result()).toMatchObject({
    status: 'leftovers',
    reason: '1 things are still there: aws-role:late; nothing can be said about aws:1',
  });
});

test('the search attributes tell the phase and what is awaited, not of whom', async () => {
  const run = await start();
  const shown = async () => {
    const { typedSearchAttributes } = await run.handle.describe();
    return [typedSearchAttributes.get(phaseAttribute), typedSearchAttributes.get(awaitingAttribute)];
  };
  await run.untilGate('plan');
  expect(await shown()).toEqual(['plan', 'gate plan']);
  run.held.set(ROLE, { item: ROLE, outcome: 'blocked', code: 'AccessDenied', reason: 'no' });
  await run.approve('plan');
  await run.untilWaiting('items');
  expect(await shown()).toEqual(['permissions', 'items']);
  await run.waive(ROLE);
  await run.approve('collectors');
  await run.untilWaiting('collector');
  expect(await shown()).toEqual(['data-collection', 'collectors']);
  await run.deleteCollectors();
  await run.result();
  expect(await shown()).toEqual(['ended', 'nobody']);
});
