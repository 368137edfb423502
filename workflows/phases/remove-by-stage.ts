import { byStage } from '../by-stage.ts';
import { carryOut, carryOutAgain } from '../carry-out.ts';
import { enterPhase } from '../enter-phase.ts';
import type { Run, StepOutcome } from '../run.ts';
import { untilResolved } from '../until-resolved.ts';
import { openCollectors } from './stop-data-collection.ts';

type StagedPhase = 'oidc-applications' | 'sign-in';

/** Removes a phase's items, once what the phase before removed is seen to be gone still. */
export async function removeByStage(run: Run, phase: StagedPhase): Promise<StepOutcome> {
  // What came back since the phase before is taken away once more: collectors only by their people.
  const againBefore = phase === 'sign-in' ? (items: string[]) => openCollectors(run, items) : carryOutAgain(run, 'permissions');
  const entered = await enterPhase(run, phase, againBefore);
  if (entered !== 'done') return entered;
  await byStage(run.batches(phase), (b, key) => carryOut(run, phase, `remove: ${b.label}`, key));
  return await untilResolved(run, phase, carryOutAgain(run, phase));
}
