import { workAgain } from '../again.ts';
import { byStage } from '../by-stage.ts';
import { carryOut } from '../carry-out.ts';
import { enterPhase } from '../enter-phase.ts';
import type { Run, StepOutcome } from '../run.ts';
import { untilResolved } from '../until-resolved.ts';

type StagedPhase = 'oidc-applications' | 'sign-in';

/** Removes a phase's items, once what the phase before removed is seen to be gone still. */
export async function removeByStage(run: Run, phase: StagedPhase): Promise<StepOutcome> {
  const entered = await enterPhase(run, phase);
  if (entered !== 'done') return entered;
  await byStage(run.batches(phase), (b, key) => carryOut(run, phase, `remove: ${b.label}`, key));
  return await untilResolved(run, workAgain(run));
}
