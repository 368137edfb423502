import { allHandlersFinished, condition } from '@temporalio/workflow';
import type { Batch } from '../model/batch.ts';
import type { Phase } from '../model/names.ts';
import { quarantineWaiting } from '../model/waiting.ts';
import { putInQuarantine, watchQuarantine } from './activities.ts';
import type { Again } from './again.ts';
import { byStage } from './by-stage.ts';
import { carryOut } from './carry-out.ts';
import { liftWhat } from './lift.ts';
import type { Run, StepOutcome } from './run.ts';
import { untilResolved } from './until-resolved.ts';

/**
 * Reversible first, where the manifest's mode says so: what a cloud can deny or disable is only that, watched for `waits.quarantine`,
 * and can be lifted by one message. What was used meanwhile waits for an approver. Removal follows by itself.
 */
export async function quarantine(run: Run, phase: Phase, batches: Batch[]): Promise<StepOutcome> {
  if (run.terms.mode !== 'quarantine') return 'done';
  const again: Again = (items) => carryOut(run, phase, `quarantine again: ${items.length} items`, { phase, items }, putInQuarantine);
  await byStage(batches, (b, key) => carryOut(run, phase, `quarantine: ${b.label}`, key, putInQuarantine));
  const put = await untilResolvedOrLifted(run, again);
  if (put !== 'done') return put;
  if (![...run.outcomes.values()].some((o) => o.outcome === 'quarantined')) return 'done';
  const until = run.inMs(run.terms.waits.quarantine);
  run.waitFor(quarantineWaiting(until, run.asking));
  let watched: StepOutcome;
  try {
    watched = await watch(run, phase, Date.parse(until), again);
  } finally {
    run.waitNoMore('quarantine');
  }
  // Something that was asked for in the last moment is lifted before anything is removed.
  await condition(allHandlersFinished);
  return run.liftedBy === undefined ? watched : 'lifted';
}

async function watch(run: Run, phase: Phase, end: number, again: Again): Promise<StepOutcome> {
  for (;;) {
    const ms = Math.max(1, Math.min(end - Date.now(), run.terms.waits.watch));
    await condition(() => run.liftedBy !== undefined, ms);
    if (run.liftedBy !== undefined) return 'lifted';
    const last = Date.now() >= end;
    const used = await watchQuarantine({ run: run.id, last });
    run.record(phase, used);
    const resolved = await untilResolvedOrLifted(run, again);
    if (run.liftedBy !== undefined) return 'lifted';
    // While a person thought about it, more may have been used: that is looked at, too.
    if (resolved !== 'done' || (last && used.length === 0)) return resolved;
  }
}

/** What an approver leaves in place is made usable again at once, and what it needs with it: of that an approver is asked in turn. */
async function untilResolvedOrLifted(run: Run, again: Again): Promise<StepOutcome> {
  for (;;) {
    const before = run.waived.size;
    const resolved = await untilResolved(run, again);
    if (run.waived.size === before) return resolved;
    await liftWhat(run, [...run.waived]);
    if (resolved !== 'done' || run.liftedBy !== undefined) return resolved;
  }
}
