import type { ActivitySerializationContext, ProtoFailure } from '@temporalio/common';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { tsToDate } from '@temporalio/common/lib/time.js';
import { TimeoutFailure } from '@temporalio/common';
import { messageOf, OffboardError } from '../../model/errors.ts';
import type { Retrying } from '../render/status.ts';
import type { Session } from './session.ts';

/** What Temporal is trying again for a run right now. */
export async function retryingOf(session: Session, workflowId: string): Promise<Retrying[]> {
  const { client } = session;
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const again = (raw.pendingActivities ?? []).filter((a) => (a.attempt ?? 1) > 1);
  return await Promise.all(
    again.map(async (a) => {
      const { namespace } = client.options;
      const context = { type: 'activity', namespace, workflowId, activityId: a.activityId ?? '', isLocal: false } as const;
      return {
        activity: a.activityType?.name ?? '',
        attempt: a.attempt ?? 1,
        reason: await reasonOf(session, a.lastFailure ?? undefined, context),
        next: a.nextAttemptScheduleTime ? tsToDate(a.nextAttemptScheduleTime).toISOString() : 'now',
      };
    }),
  );
}

/** In the words of the worker that failed, else in ours: anybody may fail an activity. */
async function reasonOf({ client }: Session, failure: ProtoFailure | undefined, context: ActivitySerializationContext): Promise<string> {
  try {
    const error = await decodeOptionalFailureToOptionalError(client.options.loadedDataConverter, failure, context);
    if (error instanceof TimeoutFailure) return 'no answer came in time';
    return error === undefined ? '' : messageOf(error);
  } catch (error) {
    if (error instanceof OffboardError) return 'what is said of its failure was not written by a worker of this run';
    throw error;
  }
}
