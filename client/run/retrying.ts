import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { ActivitySerializationContext, Payload, ProtoFailure } from '@temporalio/common';
import { decodeArrayFromPayloads, decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { tsToDate } from '@temporalio/common/lib/time.js';
import { TimeoutFailure } from '@temporalio/common';
import { messageOf, OffboardError } from '../../model/errors.ts';
import { visible } from '../../model/visible.ts';
import type { Retrying, Throttled } from '../render/status.ts';
import type { Session } from './session.ts';

/** What of a run does not go on right now by itself: `retrying`, what Temporal is trying again; `throttled`, what waits since a cloud takes no more calls for the moment. */
export interface Held {
  retrying: Retrying[];
  throttled: Throttled[];
}

/** Asks Temporal for both. */
export async function heldOf(session: Session, workflowId: string): Promise<Held> {
  return await heldIn(session, await session.client.workflow.getHandle(workflowId).describe());
}

/** Both, by what Temporal told of the run. */
export async function heldIn(
  session: Session,
  { workflowId, raw }: Pick<WorkflowExecutionDescription, 'workflowId' | 'raw'>,
): Promise<Held> {
  const { client } = session;
  const held: Held = { retrying: [], throttled: [] };
  for (const a of raw.pendingActivities ?? []) {
    const { namespace } = client.options;
    const context = { type: 'activity', namespace, workflowId, activityId: a.activityId ?? '', isLocal: false } as const;
    const activity = a.activityType?.name ?? '';
    if ((a.attempt ?? 1) > 1)
      held.retrying.push({
        activity,
        attempt: a.attempt ?? 1,
        reason: await reasonOf(session, a.lastFailure ?? undefined, context),
        next: a.nextAttemptScheduleTime ? tsToDate(a.nextAttemptScheduleTime).toISOString() : 'now',
      });
    const wait = await waitOf(session, a.heartbeatDetails?.payloads, context);
    if (wait) held.throttled.push({ activity, ...wait });
  }
  return held;
}

/** Whom it waits for by its last heartbeat, and until when; undefined where it does not, or where that is over or was not written by a worker of the run. */
async function waitOf(
  { client }: Session,
  payloads: Payload[] | null | undefined,
  context: ActivitySerializationContext,
): Promise<Omit<Throttled, 'activity'> | undefined> {
  if (!payloads) return undefined;
  const [told] = await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads, context).catch((error: unknown) => {
    if (error instanceof OffboardError) return [];
    throw error;
  });
  const { waits } = (told ?? {}) as { waits?: { for?: unknown; until?: unknown } };
  if (typeof waits?.for !== 'string' || typeof waits.until !== 'string' || !(Date.parse(waits.until) > Date.now())) return undefined;
  return { for: visible(waits.for), until: new Date(waits.until).toISOString() };
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
