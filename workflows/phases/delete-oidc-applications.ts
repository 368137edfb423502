import type { Run, StepOutcome } from '../run.ts';
import { removeByStage } from './remove-by-stage.ts';

/** Phase 2, "Remove the OIDC application for AWS and GCP environments": soft deletes, restorable for 30 days. */
export async function deleteOidcApplications(run: Run): Promise<StepOutcome> {
  return await removeByStage(run, 'oidc-applications');
}
