import type { Run, StepOutcome } from '../run.ts';
import { removeByStage } from './remove-by-stage.ts';

/**
 * Phase 4, "Disable user sign-in to the Cloud Infrastructure Entitlement Management (CIEM) enterprise application": "once data
 * collection has stopped for all"; the activity refuses while a collector is neither confirmed nor attested.
 */
export async function disableSignIn(run: Run): Promise<StepOutcome> {
  return await removeByStage(run, 'sign-in');
}
