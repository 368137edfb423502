import { approveWave } from '../gates.ts';
import { removeAgain, settle } from '../settle.ts';
import type { Run, StepOutcome } from '../run.ts';
import { removeBatches } from './by-rank.ts';

/**
 * Phase 1, "Removal of permissions assigned in AWS, Azure, GCP": in each cloud those over many systems' identities last. Where the
 * manifest names a pilot, its systems go first; a soak time and a person's go-ahead stand before the rest.
 */
export async function removePermissions(run: Run): Promise<StepOutcome> {
  const phase = 'permissions';
  run.enter(phase);
  for (const wave of ['pilot', 'rest'] as const) {
    await removeBatches(
      run,
      phase,
      run.batches(phase).filter((b) => b.wave === wave),
    );
    const settled = await settle(run, phase, removeAgain(run, phase));
    if (settled !== 'done') return settled;
    if (wave === 'pilot' && run.plan?.pilot) {
      const go = await approveWave(run);
      if (go !== 'done') return go;
    }
  }
  return 'done';
}
