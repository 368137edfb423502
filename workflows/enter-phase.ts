import { PHASES, type Phase } from '../model/names.ts';
import { confirmGone } from './activities.ts';
import { workAgain } from './again.ts';
import { keyOf } from './by-stage.ts';
import type { Run, StepOutcome } from './run.ts';
import { together } from './together.ts';
import { untilResolved } from './until-resolved.ts';

/** A phase's entry condition: what the phase before removed is read again in the clouds, and must still be gone; what came back is taken away once more. */
export async function enterPhase(run: Run, phase: Phase): Promise<StepOutcome> {
  run.enter(phase);
  const previous = PHASES[PHASES.indexOf(phase) - 1];
  if (!previous) return 'done';
  await together(
    run.batches(previous).map((batch) => async () => {
      run.record(previous, await confirmGone(`still gone: ${batch.label}`, { run: run.id, planHash: run.planHash, work: keyOf(batch) }));
    }),
  );
  return await untilResolved(run, workAgain(run));
}
