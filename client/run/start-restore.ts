import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { workflowIdOf } from '../../model/run-name.ts';
import { tenantAttribute } from '../../workflows/search-attributes.ts';
import type { restore, RestoreInput } from '../../workflows/restore.ts';
import { refuseWhileRunning } from './opposing-run.ts';
import { requireWorker, type Session } from './session.ts';
import { registerSearchAttributes } from './start-run.ts';

/** Starts a restore, or attaches to the tenant's that is going on. Throws OffboardError; then nothing was started. */
export async function startRestore(
  session: Session,
  input: Omit<RestoreInput, 'searchAttributes'>,
): Promise<{ workflowId: string; isNew: boolean }> {
  await requireWorker(session);
  const tenant = input.tenantId.toLowerCase();
  if (!input.dryRun) await refuseWhileRunning(session, workflowIdOf('offboarding', tenant), 'would remove again what is given back');
  const workflowId = workflowIdOf(input.dryRun ? 'restore-dry-run' : 'restore', tenant);
  const searchAttributes = await registerSearchAttributes(session);
  try {
    await session.client.workflow.start<typeof restore>('restore', {
      workflowId,
      taskQueue: session.taskQueue,
      args: [{ ...input, searchAttributes }],
      staticSummary: `${input.dryRun ? 'Dry run: ' : ''}give back what ${input.restores} removed`,
      ...(searchAttributes ? { typedSearchAttributes: new TypedSearchAttributes([{ key: tenantAttribute, value: tenant }]) } : {}),
    });
    return { workflowId, isNew: true };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return { workflowId, isNew: false };
  }
}
