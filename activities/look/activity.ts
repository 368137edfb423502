import { Context } from '@temporalio/activity';
import { fault } from '../failures.ts';

/** What an activity says to Temporal, and learns from it, while it asks the clouds. */

const SYSTEMS_AT_ONCE = 8;

/** Aborted once Temporal asked this activity to stop. */
export const stopSignal = (): AbortSignal => Context.current().cancellationSignal;

/** True once Temporal asked this activity to stop: it then ends between items and says what remains. */
export const stopRequested = (): boolean => stopSignal().aborted;

/** True when this activity, all its tries counted, began longer ago than `ms`. */
export function retryDeadlinePassed(ms: number): boolean {
  return Date.now() - Context.current().info.scheduledTimestampMs > ms;
}

/** A worker's clock that goes this much after Temporal's would take what has expired for valid. */
const MOST_BEHIND_MS = 60_000;

/** Demands that this machine's clock is right: Temporal's own time of this try is past. Throws Fault, to be tried again. */
export function demandRightClock(): void {
  const behind = Context.current().info.currentAttemptScheduledTimestampMs - Date.now();
  if (behind > MOST_BEHIND_MS)
    throw fault(`this worker's clock is ${Math.round(behind / 1000)} s behind Temporal's; set it right, then it goes on`);
}

/** Keeps telling Temporal that the activity lives, and thereby learns of a request to stop, while `work` runs. */
export async function withHeartbeat<T>(work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => Context.current().heartbeat(), 500);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Runs `work` for each value, a few at a time; ends with the first error after all that were begun have ended. */
export async function forEachLimited<T>(values: T[], work: (value: T) => Promise<void>): Promise<void> {
  const queue = [...values];
  const errors: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let value = queue.shift(); value !== undefined; value = queue.shift()) {
      await work(value).catch((error: unknown) => errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(SYSTEMS_AT_ONCE, values.length) }, worker));
  if (errors.length > 0) throw errors[0];
}
