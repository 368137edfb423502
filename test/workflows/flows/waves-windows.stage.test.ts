import { expect, test } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import * as messages from '../../../workflows/messages/index.ts';
import { APPROVER, ASSIGNMENT, denied, planned, ROLE, scriptedWorker, type ScriptedRun } from '../scripted.ts';

const { start } = scriptedWorker();

const PILOT = () => planned(undefined, { pilot: ['aws:111122223333'] });

test('the pilot goes first; the rest after a soak time and a go-ahead', async () => {
  const run = await start({ plan: PILOT(), soak: 300 });
  await run.approve('plan');
  const soaking = await run.untilWaiting('time');
  expect(soaking.awaiting).toMatchObject([{ kind: 'time', of: 'soak', whom: 'nobody' }]);
  expect(run.given('removeItems')).toEqual([[ROLE]]);
  await run.untilGate('wave');
  expect(run.given('removeItems')).toEqual([[ROLE]]);
  await run.approve('wave');
  await run.untilGate('collectors');
  expect(run.given('removeItems')[1]).toEqual([ASSIGNMENT]);
});

/** What became of the run's soak times of so many milliseconds. */
const soaks = async (run: ScriptedRun, ms: number) => (await run.timers()).flatMap((t) => (t.ms === ms ? [t.state] : []));

test('a pause in the soak time neither ends it nor begins it again, and nothing more is removed in it', async () => {
  const run = await start({ plan: PILOT(), soak: 2_000 });
  await run.approve('plan');
  await run.untilWaiting('time');
  await run.say(messages.pause, { by: APPROVER });
  await run.say(messages.resume, { by: APPROVER });
  await run.untilGate('wave');
  expect([await soaks(run, 2_000), run.given('removeItems')]).toEqual([['fired'], [[ROLE]]]);
});

test('a go-ahead that is rejected leaves the rest in place', async () => {
  const run = await start({ plan: PILOT() });
  await run.approve('plan');
  await run.decide('reject', 'wave');
  expect((await run.result()).status).toBe('denied');
  expect(run.given('removeItems')).toEqual([[ROLE]]);
});

test('an amended plan after the go-ahead asks for it again, and soaks no more', async () => {
  const run = await start({ plan: PILOT(), soak: 50 });
  run.held.set(ASSIGNMENT, denied(ASSIGNMENT));
  await run.approve('plan');
  await run.approve('wave');
  await run.untilWaiting('items');
  run.held.clear();
  await run.say(messages.amend, { by: APPROVER, reason: 'as it is', overrides: [] });
  await run.approve('plan', 2);
  await run.approve('wave', 2);
  await run.untilGate('collectors');
  expect(await soaks(run, 50)).toEqual(['fired']);
});

test('outside the change windows the rest waits for the next, is told until when, and goes on by itself', async () => {
  let opensAt: string | undefined;
  const removeItems: Activities['removeItems'] = ({ work }) => {
    const items = 'items' in work ? work.items : [work.type === 'aws' ? ROLE : ASSIGNMENT];
    opensAt ??= new Date(Date.now() + 800).toISOString();
    if (Date.now() < Date.parse(opensAt)) return Promise.resolve({ outcomes: [], remaining: items, opensAt });
    return Promise.resolve({ outcomes: items.map((item) => ({ item, outcome: 'removed', reason: 'gone' })), remaining: [] });
  };
  const run = await start({ activities: { removeItems } });
  await run.approve('plan');
  const view = await run.untilWaiting('time');
  const [time] = view.awaiting;
  expect(time).toMatchObject({ kind: 'time', of: 'window' });
  expect(Math.abs(Date.parse(time?.until ?? '') - Date.parse(opensAt ?? ''))).toBeLessThan(500);
  await run.until((v) => v.counts[0]?.removed === 2);
  expect(run.inputsOf('removeItems').some(({ work }) => 'items' in work && work.items.includes(ROLE))).toBe(true);
});
