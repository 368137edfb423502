import { WorkflowNotFoundError } from '@temporalio/client';
import { OffboardError } from '../../model/errors.ts';
import { step } from '../../model/next-step.ts';
import type { Session } from './session.ts';

/** One run that takes away and one that gives back would undo each other's work. Throws NotAllowed while the other goes on. */
export async function refuseWhileRunning({ client }: Session, workflowId: string, harm: string): Promise<void> {
  const described = await client.workflow
    .getHandle(workflowId)
    .describe()
    .catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    });
  if (described?.status.name !== 'RUNNING') return;
  throw new OffboardError('NotAllowed', `${workflowId} is going on and ${harm}; let it end, or cancel it`, {
    next: [step('cancel', workflowId, '--by', 'NAME')],
  });
}
