import { ActivityFailure, allHandlersFinished, condition } from '@temporalio/workflow';
import type { Batch } from '../model/batch.ts';
import { messageOf } from '../model/errors.ts';
import type { Phase } from '../model/names.ts';
import { step, type Reason } from '../model/next-step.ts';
import { LIFTED, needsPerson } from '../model/outcome.ts';
import { liftQuarantine, watchQuarantine } from './activities.ts';
import { byStage } from './by-stage.ts';
import { settle } from './settle.ts';
import type { Run, StepOutcome } from './run.ts';

/**
 * Reversible first, where the manifest's mode says so: what a cloud can deny or disable is only that, watched for `waits.quarantine`,
 * and can be lifted by one message. What was used meanwhile waits for an approver. Removal follows by itself.
 */
export async function quarantine(run: Run, phase: Phase, batches: Batch[]): Promise<StepOutcome> {
  if (run.facts.mode !== 'quarantine') return 'done';
  const again = (items: string[]) => run.quarantine(phase, `quarantine again: ${items.length} items`, { phase, items });
  await byStage(batches, (b, key) => run.quarantine(phase, `quarantine: ${b.label}`, key));
  const put = await settleAndLift(run, phase, again);
  if (put !== 'done') return put;
  if (![...run.outcomes.values()].some((o) => o.outcome === 'quarantined')) return 'done';
  run.watching = true;
  let watched: StepOutcome;
  try {
    watched = await watch(run, phase, again);
  } finally {
    run.watching = false;
  }
  // Something that was asked for in the last moment is lifted before anything is removed.
  await condition(allHandlersFinished);
  return run.lifted === undefined ? watched : 'lifted';
}

async function watch(run: Run, phase: Phase, again: (items: string[]) => Promise<void>): Promise<StepOutcome> {
  const end = Date.now() + run.facts.waits.quarantine;
  for (let left = end - Date.now(); ; left = end - Date.now()) {
    run.idling = { what: 'the quarantine: what is in it is removed after that, unless it is lifted', until: new Date(end).toISOString() };
    run.show();
    await condition(() => run.lifted !== undefined, Math.max(1, Math.min(left, run.facts.waits.watch)));
    run.idling = undefined;
    if (run.lifted !== undefined) return 'lifted';
    const last = Date.now() >= end;
    const used = await watchQuarantine({ run: run.id, last });
    run.record(phase, used);
    const settled = await settleAndLift(run, phase, again);
    if (run.lifted !== undefined) return 'lifted';
    // While a person thought about it, more may have been used: that is looked at, too.
    if (settled !== 'done' || (last && used.length === 0)) return settled;
  }
}

/** What an approver leaves in place is made usable again at once. */
async function settleAndLift(run: Run, phase: Phase, again: (items: string[]) => Promise<void>): Promise<StepOutcome> {
  const before = run.waived.size;
  const settled = await settle(run, phase, again);
  if (run.waived.size > before) await liftWhat(run, [...run.waived]);
  return settled;
}

/** Makes things as they were before their quarantine. Returns their ids that are not. */
export async function liftWhat(run: Run, items: string[] | undefined): Promise<string[]> {
  if (run.facts.mode !== 'quarantine' || items?.length === 0) return [];
  const what = { run: run.id, planHash: run.planHash, ...(items === undefined ? {} : { items }) };
  const outcomes = await liftQuarantine(`lift: ${items === undefined ? 'what is in quarantine' : `${items.length} items`}`, what);
  run.record('permissions', outcomes);
  return outcomes.filter((o) => needsPerson(o.outcome) && o.code !== LIFTED).map((o) => o.item);
}

/** However a run ends, nothing stays denied or disabled without being said. Returns what is to be said; undefined for nothing. */
export async function liftRest(run: Run): Promise<Required<Reason> | undefined> {
  const next = [step('restore', run.id, '--by', 'NAME')];
  try {
    const left = await liftWhat(run, undefined);
    return left.length === 0 ? undefined : { reason: `still in quarantine: ${left.join(', ')}; a restore gives them back`, next };
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return { reason: `what is in quarantine could not be lifted (${messageOf(error.cause ?? error)}); a restore gives it back`, next };
  }
}
