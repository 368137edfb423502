import { tsToDate } from '@temporalio/common/lib/time.js';
import type { Retrying } from '../render/status.ts';
import type { Session } from './session.ts';

/** What Temporal is trying again for a run right now. */
export async function retryingOf({ client }: Session, workflowId: string): Promise<Retrying[]> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  return (raw.pendingActivities ?? [])
    .filter((a) => (a.attempt ?? 1) > 1)
    .map((a) => ({
      activity: a.activityType?.name ?? '',
      attempt: a.attempt ?? 1,
      reason: a.lastFailure?.message ?? '',
      next: a.nextAttemptScheduleTime ? tsToDate(a.nextAttemptScheduleTime).toISOString() : 'now',
    }));
}
