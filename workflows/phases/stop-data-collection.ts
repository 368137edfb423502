import { workAgain } from '../again.ts';
import { enterPhase } from '../enter-phase.ts';
import { openCollectors } from '../open-collectors.ts';
import type { Run, StepOutcome } from '../run.ts';
import { untilResolved } from '../until-resolved.ts';

/**
 * Phase 3, "Stop data collection": each collector configuration is deleted with its one-time password. Here the run only waits:
 * messages (collectorReady, submitOtp, resendOtp, confirmCollector) do the work, collector by collector, in any order.
 */
export async function stopDataCollection(run: Run): Promise<StepOutcome> {
  const entered = await enterPhase(run, 'data-collection');
  if (entered !== 'done') return entered;
  await openCollectors(run, run.plan?.collectors ?? []);
  return await untilResolved(run, workAgain(run));
}
