import { condition } from '@temporalio/workflow';
import { PHASES, type Phase } from '../model/names.ts';
import { waitsForOthers } from '../model/outcome.ts';
import { confirmGone } from './activities.ts';
import { keyOf } from './by-stage.ts';
import type { Run, StepOutcome } from './run.ts';
import { together } from './together.ts';

/**
 * A phase ends only when each of its items is resolved, or an approver waived it. Waits for waive, retry or amend; what waited for a
 * waived or retried item is tried again by itself. `again` does the phase's work for some items.
 */
export async function settle(run: Run, phase: Phase, again: (items: string[]) => Promise<void>): Promise<StepOutcome> {
  while (run.unresolved(phase).length > 0) {
    const before = run.waived.size;
    run.personUntil = new Date(Date.now() + run.facts.waits.person).toISOString();
    run.settling = true;
    run.show();
    const moved = await condition(
      () => run.amendRequested || run.toRetry.size > 0 || run.waived.size > before || run.lifted !== undefined,
      run.facts.waits.person,
    );
    run.settling = false;
    run.show();
    if (!moved) return 'unattended';
    // Of decisions made at once the last is still being judged: what is waived must not be tried again.
    await condition(() => !run.deciding);
    if (run.lifted !== undefined) return 'lifted';
    if (run.amendRequested) return 'amend';
    const retried = [...run.toRetry].filter((item) => !run.waived.has(item));
    run.toRetry.clear();
    if (retried.length > 0) await again(retried);
    await goOn(run, phase, again);
  }
  return 'done';
}

/** What merely waited is tried again, wave after wave, as long as a wave settles something. */
async function goOn(run: Run, phase: Phase, again: (items: string[]) => Promise<void>): Promise<void> {
  for (;;) {
    const waiting = run.unresolved(phase).filter(waitsForOthers);
    if (waiting.length === 0) return;
    await again(waiting.map((o) => o.item));
    if (run.unresolved(phase).filter(waitsForOthers).length === waiting.length) return;
  }
}

/** A phase's entry condition: what the phase before removed is read again in the clouds, and must still be gone. */
export async function enterPhase(run: Run, phase: Phase, again: (items: string[]) => Promise<void>): Promise<StepOutcome> {
  run.enter(phase);
  const previous = PHASES[PHASES.indexOf(phase) - 1];
  if (!previous) return 'done';
  await together(
    run.batches(previous).map((batch) => async () => {
      run.record(previous, await confirmGone(`still gone: ${batch.label}`, { run: run.id, planHash: run.planHash, work: keyOf(batch) }));
    }),
  );
  return await settle(run, previous, again);
}

/** Has single items removed again, in the order the plan gives them. */
export function removeAgain(run: Run, phase: Phase): (items: string[]) => Promise<void> {
  return (items) => run.remove(phase, `again: ${items.length} items`, { phase, items });
}
