import { workAgain } from '../again.ts';
import { byStage } from '../by-stage.ts';
import { carryOut } from '../carry-out.ts';
import { approveWave } from '../gates.ts';
import { liftWhat } from '../lift.ts';
import { quarantine } from '../quarantine.ts';
import type { Run, StepOutcome } from '../run.ts';
import { untilResolved } from '../until-resolved.ts';

/**
 * Phase 1, "Removal of permissions assigned in AWS, Azure, GCP": in each cloud those over many systems' identities last. Where the
 * manifest names a pilot, its systems go first; a soak time and a person's go-ahead stand before the rest. In `mode: quarantine` what
 * can be is denied or disabled first, and watched.
 */
export async function removePermissions(run: Run): Promise<StepOutcome> {
  const phase = 'permissions';
  run.enter(phase);
  for (const wave of ['pilot', 'rest'] as const) {
    const batches = run.batches(phase).filter((b) => b.wave === wave);
    const quarantined = await quarantine(run, phase, batches);
    if (quarantined !== 'done') return quarantined;
    await byStage(batches, (b, key) => carryOut(run, phase, `remove: ${b.label}`, key));
    // What was open again of the pilot was put there with the rest.
    const pilots = [...run.outcomes.values()].filter((o) => o.outcome === 'quarantined').map((o) => o.item);
    if (wave === 'rest' && pilots.length > 0) await workAgain(run)(pilots);
    const resolved = await untilResolved(run, workAgain(run));
    await liftWhat(run, [...run.waived]);
    if (resolved !== 'done') return resolved;
    if (wave === 'pilot' && run.plan?.pilot) {
      const go = await approveWave(run);
      if (go !== 'done') return go;
    }
  }
  return 'done';
}
