import type { Run, StepOutcome } from '../run.ts';
import { removeByRank } from './by-rank.ts';

/** Phase 2, "Remove the OIDC application for AWS and GCP environments": soft deletes, restorable for 30 days. */
export async function deleteOidcApplications(run: Run): Promise<StepOutcome> {
  return await removeByRank(run, 'oidc-applications');
}
