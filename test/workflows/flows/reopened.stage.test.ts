import { expect, test } from 'vitest';
import type { ApplyInput, ApplyResult } from '../../../activities/apply/engine.ts';
import type { Reopened } from '../../../activities/records/reopen.ts';
import type { Phase } from '../../../model/names.ts';
import * as messages from '../../../workflows/messages/index.ts';
import {
  APPLICATION,
  COLLECTOR,
  denied,
  MAILBOX,
  OTHER_COLLECTOR,
  ROLE,
  scriptedWorker,
  SEALED,
  SIGN_IN,
  type ScriptedRun,
} from '../scripted.ts';

const { start } = scriptedWorker();

/** As an activity tells it each time until somebody has decided. */
const again = (item: string, phase: Phase, code: string): Reopened => ({ ...denied(item, code), phase, at: '2026-11-27T06:00:00.000Z' });

/** A run whose removals of a phase tell first that this is open again, `times` in a row, and hold what they were asked for. */
async function reopening(phase: Phase, open: Reopened, times = 1): Promise<ScriptedRun> {
  let told = 0;
  const run: ScriptedRun = await start({
    activities: {
      removeItems: ({ work }: ApplyInput): Promise<ApplyResult> => {
        const tells = work.phase === phase && told++ < times;
        const outcomes = run.idsOf(work).map((item) => {
          if (tells) return denied(item, 'Dependency');
          return run.held.get(item) ?? { item, outcome: 'removed' as const, reason: 'so it is' };
        });
        return Promise.resolve({ outcomes, remaining: [], ...(tells ? { reopened: [open] } : {}) });
      },
    },
  });
  return run;
}

/** A role that was left in place in phase 1, and is open again in phase 2. */
async function roleOpenAgain(times?: number): Promise<ScriptedRun> {
  const run = await reopening('oidc-applications', again(ROLE, 'permissions', 'AccessDenied'), times);
  run.held.set(ROLE, denied(ROLE));
  await run.approve('plan');
  await run.untilWaiting('items');
  await run.waive(ROLE);
  await run.until((v) => v.stage === 'oidc-applications' && v.awaiting.some((w) => w.kind === 'items' && w.items.includes(ROLE)));
  return run;
}

const tries = (run: ScriptedRun, item: string) => run.given('removeItems').filter((ids) => ids.includes(item)).length;

test('what was left in place is asked about again in a later phase, which goes on by itself once it is left in place anew', async () => {
  const run = await roleOpenAgain();
  expect((await run.view()).counts[0]).toMatchObject({ blocked: 1, waived: 0 });
  await run.waive(ROLE);
  const { counts } = await run.untilGate('collectors');
  expect([counts[0]?.waived, counts[1]?.removed, tries(run, APPLICATION), tries(run, ROLE)]).toEqual([1, 1, 2, 1]);
});

test('it may be tried again as well, as an item of its own phase', async () => {
  const run = await roleOpenAgain();
  run.held.clear();
  await run.retry(ROLE);
  const { counts } = await run.untilGate('collectors');
  expect([counts[0]?.waived, counts[0]?.blocked, counts[1]?.removed]).toEqual([0, 0, 1]);
  expect(run.inputsOf('removeItems').at(-2)?.work).toEqual({ phase: 'permissions', items: [ROLE] });
});

test('an answer that comes late asks nobody a second time', async () => {
  const run = await roleOpenAgain(2);
  await run.waive(ROLE);
  // The second answer tells the same, and holds the application once more: that alone waits now.
  const { unresolved } = await run.until((v) => v.unresolved.every((o) => o.item === APPLICATION));
  expect(unresolved.map((o) => o.item)).toEqual([APPLICATION]);
});

test('a collector that nobody confirmed for certain is its person’s again before sign-in goes, and no approver is asked', async () => {
  const run = await reopening('sign-in', again(COLLECTOR, 'data-collection', 'ConfirmationLapsed'));
  await run.approve('plan');
  await run.approve('collectors');
  await run.deleteCollectors();
  const { awaiting } = await run.until((v) => v.stage === 'sign-in' && v.awaiting.some((w) => w.kind === 'collector'));
  expect(awaiting).toMatchObject([
    { kind: 'collector', item: COLLECTOR, stage: 'not-ready' },
    { kind: 'items', items: [SIGN_IN] },
  ]);
  await run.deleteCollectors('c1');
  expect((await run.result()).status).toBe('completed');
  expect(tries(run, SIGN_IN)).toBe(2);
});

test('while collectors are waited for, another message tells it: what is open again is asked about beside them', async () => {
  let told: Reopened[] = [];
  const run = await start({ activities: { reopenLapsed: () => Promise.resolve(told) } });
  run.held.set(ROLE, denied(ROLE));
  await run.approve('plan');
  await run.untilWaiting('items');
  await run.waive(ROLE);
  await run.approve('collectors');
  await run.deleteCollectors('c1');
  told = [again(ROLE, 'permissions', 'AccessDenied'), again(COLLECTOR, 'data-collection', 'ConfirmationLapsed')];
  await run.say(messages.collectorReady, { collector: 'c2', by: MAILBOX });
  const { awaiting } = await run.until((v) => v.collectors.some((c) => c.item === COLLECTOR && c.stage === 'not-ready'));
  const waited = awaiting.flatMap((w) => (w.kind === 'items' ? w.items : w.kind === 'collector' ? [w.item] : []));
  expect(new Set(waited)).toEqual(new Set([ROLE, COLLECTOR, OTHER_COLLECTOR]));
  await run.waive(ROLE);
  // Told once more with each message, and decided about meanwhile.
  await run.deleteCollectors('c1');
  await run.say(messages.submitOtp, { collector: 'c2', by: MAILBOX, sealedOtp: SEALED });
  expect((await run.result()).status).toBe('completed');
});
