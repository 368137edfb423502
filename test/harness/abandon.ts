import { WorkflowNotFoundError } from '@temporalio/client';
import { TENANT } from './estate.ts';
import type { Stage } from './stage.ts';

/** Ends the tenant's run where a test left one going on, so that the next test starts one of its own. */
export async function abandonRun(stage: Stage): Promise<void> {
  try {
    await stage.session.client.workflow.getHandle(`offboarding-${TENANT}`).terminate('the test is over');
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
