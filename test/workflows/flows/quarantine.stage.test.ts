import { expect, test } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import * as messages from '../../../workflows/messages/index.ts';
import { APPROVER, ASSIGNMENT, denied, ROLE, scriptedWorker, STARTER, type Script, type ScriptedRun } from '../scripted.ts';

const { start } = scriptedWorker();

/** A run whose quarantine is watched. */
async function watched(quarantine: number, script: Script = {}): Promise<ScriptedRun> {
  const run = await start({ mode: 'quarantine', waits: { quarantine, watch: 50 }, ...script });
  await run.approve('plan');
  await run.untilWaiting('quarantine');
  return run;
}

const lift = (run: ScriptedRun, ...items: string[]) =>
  run.say(messages.lift, { by: APPROVER, reason: 'missed', ...(items.length > 0 ? { items } : {}) });

/** The last look takes as long as the test wants; nothing before it is used. */
function heldAtTheEnd(): { watchQuarantine: Activities['watchQuarantine']; over: () => void } {
  const { promise, resolve: over } = Promise.withResolvers<void>();
  const watchQuarantine: Activities['watchQuarantine'] = async ({ last }) => {
    if (last) await promise;
    return [];
  };
  return { watchQuarantine, over };
}

test('what can be is denied first and watched to the end; only then is it removed, without another question', async () => {
  const { watchQuarantine, over } = heldAtTheEnd();
  const run = await watched(600, { waits: { quarantine: 600, watch: 20 }, activities: { watchQuarantine } });
  expect(run.given('putInQuarantine').flat().toSorted()).toEqual([ROLE, ASSIGNMENT].toSorted());
  await expect.poll(() => run.inputsOf('watchQuarantine').at(-1)?.last, { interval: 10, timeout: 60_000 }).toBe(true);
  expect([run.given('removeItems'), (await run.view()).counts[0]?.quarantined, await run.underWay()]).toEqual([[], 2, ['watchQuarantine']]);
  over();
  await run.untilGate('collectors');
  expect(run.given('removeItems').flat()).toEqual(expect.arrayContaining([ROLE, ASSIGNMENT]));
  expect(run.inputsOf('watchQuarantine').map((w) => w.last)).toEqual([
    ...run
      .inputsOf('watchQuarantine')
      .slice(1)
      .map(() => false),
    true,
  ]);
  expect(run.inputsOf('watchQuarantine').length).toBeGreaterThan(1);
  expect(run.inputsOf('openGate').map((g) => g.gate)).toEqual(['plan', 'collectors']);
});

test('a lift of all gives all of it back and ends the run; nothing is removed', async () => {
  const run = await watched(60_000);
  const outcomes = await lift(run);
  expect(outcomes.map((o) => `${o.item} ${o.code}`).toSorted()).toEqual([`${ROLE} Lifted`, `${ASSIGNMENT} Lifted`]);
  expect(await run.result()).toMatchObject({ status: 'denied', reason: expect.stringContaining(`lifted by ${APPROVER}`) as string });
  expect(run.given('removeItems')).toEqual([]);
});

test('what is lifted by name stays, and the rest is removed', async () => {
  const { watchQuarantine, over } = heldAtTheEnd();
  const run = await watched(100, { activities: { watchQuarantine } });
  await lift(run, ROLE);
  over();
  await run.untilGate('collectors');
  expect((await run.view()).counts[0]).toMatchObject({ waived: 1, removed: 1 });
});

test('once things are being removed nothing is lifted any more', async () => {
  const { watchQuarantine, over } = heldAtTheEnd();
  const { promise: removing, resolve: remove } = Promise.withResolvers<void>();
  const removeItems: Activities['removeItems'] = async ({ work }) => {
    await removing;
    return { outcomes: run.idsOf(work).map((item) => ({ item, outcome: 'removed', reason: 'gone' })), remaining: [] };
  };
  const run: ScriptedRun = await watched(100, { activities: { watchQuarantine, removeItems } });
  over();
  await expect.poll(() => run.inputsOf('removeItems').length, { interval: 10, timeout: 60_000 }).toBe(2);
  expect(await run.refused(lift(run, ROLE))).toMatchObject({ code: 'NotAllowed', next: ['cancel'] });
  remove();
  await run.untilGate('collectors');
  expect(run.decisions.map((d) => d.kind)).toEqual(['approve']);
});

test('a signal lifts as an update does; a lift where nothing is watched is refused', async () => {
  const run = await start({ mode: 'quarantine', waits: { quarantine: 60_000, watch: 50 } });
  await run.untilGate('plan');
  expect(await run.refused(lift(run))).toMatchObject({ code: 'NotAllowed', next: ['cancel'] });
  await run.approve('plan');
  await run.untilWaiting('quarantine');
  expect(await run.refused(run.say(messages.lift, { by: APPROVER, reason: 'x', items: [] }))).toMatchObject({ code: 'InvalidValue' });
  await run.handle.signal(messages.liftSignal, { by: STARTER, reason: 'missed' });
  expect((await run.result()).status).toBe('denied');
});

/** The role is found to be used at the first look. */
function used(): Activities['watchQuarantine'] {
  let looked = false;
  return () => {
    if (looked) return Promise.resolve([]);
    looked = true;
    return Promise.resolve([denied(ROLE, 'UsedInQuarantine')]);
  };
}

test('what was used waits for an approver while the quarantine can still be lifted: both are waited for at once', async () => {
  const run = await watched(60_000, { activities: { watchQuarantine: used() } });
  const view = await run.untilWaiting('items');
  expect(view.awaiting.map((w) => w.kind)).toEqual(['quarantine', 'items']);
  await lift(run);
  expect((await run.result()).status).toBe('denied');
});

test('what was used and is to go all the same is put in quarantine again, and removed with the rest', async () => {
  const run = await watched(150, { activities: { watchQuarantine: used() } });
  await run.untilWaiting('items');
  await run.retry(ROLE);
  await run.untilGate('collectors');
  expect(run.given('putInQuarantine').filter((ids) => ids.includes(ROLE))).toHaveLength(2);
  expect(run.given('removeItems').flat()).toContain(ROLE);
});

test('what was used and is left in place is made usable at once', async () => {
  const run = await watched(150, { activities: { watchQuarantine: used() } });
  await run.untilWaiting('items');
  await run.waive(ROLE);
  await run.until((v) => v.awaiting.every((w) => w.kind !== 'items'));
  await run.untilGate('collectors');
  expect(run.inputsOf('liftQuarantine').map((l) => l.items)).toContainEqual([ROLE]);
  expect((await run.view()).counts[0]).toMatchObject({ waived: 1 });
});

test('a run that ends while things are denied gives them back, and says what it could not', async () => {
  const run = await watched(60_000, {
    activities: { liftQuarantine: () => Promise.resolve([{ item: ROLE, outcome: 'failed', reason: 'the cloud is away' }]) },
  });
  await run.handle.cancel();
  await expect(run.result()).rejects.toThrow('cancelled');
  expect(run.inputsOf('liftQuarantine')).toMatchObject([{ planHash: run.plan.hash }]);
  expect(run.inputsOf('endRun')[0]?.reason).toContain(`still in quarantine: ${ROLE}`);
});

test('an amended plan asked for in the quarantine comes before any removal', async () => {
  const run = await watched(60_000, { activities: { watchQuarantine: used() } });
  await run.untilWaiting('items');
  await run.say(messages.amend, { by: APPROVER, reason: 'as it is', overrides: [] });
  await run.untilGate('plan', 2);
  expect([run.given('removeItems'), (await run.view()).awaiting.map((w) => w.kind)]).toEqual([[], ['gate']]);
});
