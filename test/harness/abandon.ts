import { WorkflowNotFoundError } from '@temporalio/client';
import { workflowIdIn } from '../../model/run-name.ts';
import { TENANT } from './estate.ts';
import type { Stage } from './stage.ts';

/**
 * Ends the tenant's run where a test left one going on, so that the next test starts one of its own; its records end with it: what a
 * terminated run did must be adopted, which has tests of its own.
 */
export async function abandonRun(stage: Stage): Promise<void> {
  try {
    await stage.session.client.workflow.getHandle(`offboarding-${TENANT}`).terminate('the test is over');
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  await endRecords(stage, `offboarding-${TENANT}`);
}

/** Ends the records of runs with this workflow id that have no end. */
export async function endRecords({ deps: { journal } }: Stage, workflowId: string): Promise<void> {
  for (const run of (await journal.runs()).filter((r) => workflowIdIn(r) === workflowId))
    if ((await journal.ledgerIfWhole(run))?.ended === undefined)
      await journal.append(run, { type: 'run-ended', status: 'failed', reason: 'the test is over' });
}
