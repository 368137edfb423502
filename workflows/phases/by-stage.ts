import { enterPhase, removeAgain, settle } from '../settle.ts';
import { collectAgain } from './stop-data-collection.ts';
import type { Run, StepOutcome } from '../run.ts';
import { byStage } from '../by-stage.ts';

type StagedPhase = 'permissions' | 'oidc-applications' | 'sign-in';

/** Removes a phase's items, once what the phase before removed is seen to be gone still. */
export async function removeByStage(run: Run, phase: StagedPhase): Promise<StepOutcome> {
  const entered = await enterPhase(run, phase, againBefore(run, phase));
  if (entered !== 'done') return entered;
  await byStage(run.batches(phase), (b, key) => run.remove(phase, `remove: ${b.label}`, key));
  return await settle(run, phase, removeAgain(run, phase));
}

/** How what came back since the phase before is taken away once more: collectors only by their people. */
function againBefore(run: Run, phase: StagedPhase): (items: string[]) => Promise<void> {
  return phase === 'sign-in' ? (items) => collectAgain(run, items) : removeAgain(run, 'permissions');
}
