import { Context } from '@temporalio/activity';

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
