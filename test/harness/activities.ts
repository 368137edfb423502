import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { heldOf } from '../../client/run/retrying.ts';
import type { Stage } from './stage.ts';

/** The activities of a run, as the server tells of them. */

/** Waits until an activity is being tried again because a cloud is away. */
export async function untilRetrying(stage: Stage, run: string): Promise<{ type: string; message: string }> {
  for (;;) {
    const { raw } = await stage.session.client.workflow.getHandle(run).describe();
    const retrying = (raw.pendingActivities ?? []).find((a) => (a.attempt ?? 0) > 1 && a.lastFailure);
    if (retrying) {
      const type = retrying.lastFailure?.applicationFailureInfo?.type ?? '';
      const [told] = (await heldOf(stage.session, run)).retrying;
      return { type, message: told?.reason ?? '' };
    }
    await sleep(100);
  }
}

/** Id of the removing activity that is under way, or between two tries; undefined when there is none. */
export async function removalOf(stage: Stage, run: string): Promise<string | undefined> {
  const { raw } = await stage.session.client.workflow.getHandle(run).describe();
  return raw.pendingActivities?.find((a) => a.activityType?.name === 'removeItems')?.activityId ?? undefined;
}

/** Waits until a run has neither an activity under way nor a step of its own to make: then only a message or a timer lets it go on. */
export async function untilQuiet(stage: Stage, run: string): Promise<void> {
  for (;;) {
    const { raw } = await stage.session.client.workflow.getHandle(run).describe();
    if ((raw.pendingActivities ?? []).length === 0 && !raw.pendingWorkflowTask) return;
    await sleep(50);
  }
}

/** Within an activity: resolves once it has been asked to stop. */
export const untilAskedToStop = () => Context.current().cancelled.catch(() => undefined);
