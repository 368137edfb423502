import { sleep } from '@temporalio/workflow';
import type { ApplyInput } from '../activities/apply/engine.ts';
import type { Phase } from '../model/names.ts';
import { timeWaiting, type TimeWaiting } from '../model/waiting.ts';
import type { removeItems } from './activities.ts';
import type { Run } from './run.ts';

/**
 * Has a share of the plan removed, or given back by a restore, or what `activity` does. What that did not begin is given to it again on
 * resuming, and when the next change window opens.
 */
export async function carryOut(
  run: Run,
  phase: Phase,
  label: string,
  work: ApplyInput['work'],
  activity: typeof removeItems = run.activity,
): Promise<void> {
  let todo = work;
  for (;;) {
    const given = todo;
    const result = await run.betweenItems.run(() => activity(label, { run: run.id, planHash: run.planHash, work: given }));
    run.record(phase, result.outcomes);
    if (result.reopened) run.reopen(result.reopened);
    if (result.remaining.length === 0) return;
    todo = { phase, items: result.remaining };
    if (result.opensAt !== undefined) await idle(run, 'window', new Date(result.opensAt).getTime() - Date.now());
  }
}

/** Waits for nobody, but for a time to come. */
export async function idle(run: Run, of: TimeWaiting['of'], ms: number): Promise<void> {
  run.waitFor(timeWaiting(of, run.inMs(ms), run.asking));
  await sleep(Math.max(ms, 1));
  run.waitNoMore('time');
}
