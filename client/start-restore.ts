import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { OffboardError } from '../model/errors.ts';
import { tenantAttribute } from '../workflows/messages.ts';
import type { restore, RestoreInput } from '../workflows/restore.ts';
import { requireWorker, type Session } from './session.ts';
import { registerSearchAttributes } from './start-run.ts';

/** Starts a restore, or attaches to the tenant's that is going on. Throws OffboardError; then nothing was started. */
export async function startRestore(
  session: Session,
  input: Omit<RestoreInput, 'searchAttributes'>,
): Promise<{ workflowId: string; isNew: boolean }> {
  await requireWorker(session);
  const tenant = input.tenantId.toLowerCase();
  if (!input.dryRun) await refuseDuringOffboarding(session, `offboarding-${tenant}`);
  const workflowId = input.dryRun ? `restore-dry-run-${tenant}` : `restore-${tenant}`;
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

/** One that takes away and one that gives back would undo each other's work. */
async function refuseDuringOffboarding({ client }: Session, workflowId: string): Promise<void> {
  const described = await client.workflow
    .getHandle(workflowId)
    .describe()
    .catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    });
  if (described?.status.name !== 'RUNNING') return;
  throw new OffboardError(
    'NotAllowed',
    `RUN: ${workflowId} is going on and would remove again what is given back; let it end, or: offboard cancel ${workflowId}`,
  );
}
