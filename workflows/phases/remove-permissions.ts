import type { Run, StepOutcome } from '../run.ts';
import { removeByRank } from './by-rank.ts';

/** Phase 1, "Removal of permissions assigned in AWS, Azure, GCP": in each cloud those over many systems' identities last. */
export async function removePermissions(run: Run): Promise<StepOutcome> {
  return await removeByRank(run, 'permissions');
}
