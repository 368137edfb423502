import { Context } from '@temporalio/activity';
import { z, type ZodType } from 'zod';
import { fault } from '../failures.ts';
import { waitOf } from '../limited.ts';

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

/** What an activity keeps for its next try, by its context. */
const kept = new WeakMap<Context, unknown>();

/** What goes with each heartbeat: what the activity keeps for its next try, and whom it waits for (`client/run/retrying.ts` and the Temporal UI show that). */
function details(context: Context): unknown {
  const told: unknown = kept.get(context) ?? context.info.heartbeatDetails;
  const waits = waitOf(context);
  const object = z.looseObject({ waits: z.unknown().optional() }).safeParse(told).data;
  if (!waits && object?.waits === undefined) return told;
  const { waits: _, ...rest } = object ?? {};
  return { of: ownName(), ...rest, ...(waits ? { waits } : {}) };
}

/**
 * Keeps telling Temporal that the activity lives, and thereby learns of a request to stop, while `work` runs: from the beginning, since its first seconds may go to
 * loading records. What it keeps for its next try goes along.
 */
export async function withHeartbeat<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const tell = () => context.heartbeat(details(context));
  tell();
  const timer = setInterval(tell, 500);
  try {
    return await work();
  } catch (error) {
    // Temporal gets this before it learns of the failure.
    tell();
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** Keeps a small value for the next try of this activity: it is told with each heartbeat. Whoever may write to the namespace can put another in its place. */
export function keepForNextTry(value: object): void {
  kept.set(Context.current(), { of: ownName(), value });
}

/** What the try before kept; undefined where there was none, or where it is not of this activity and shape. */
export function keptByLastTry<T>(shape: ZodType<T>): T | undefined {
  const told: unknown = Context.current().info.heartbeatDetails;
  return z.strictObject({ of: z.literal(ownName()), value: shape, waits: z.unknown().optional() }).safeParse(told).data?.value;
}

/** The same in each try of an activity, and no other's. */
function ownName(): string {
  const { activityId, workflowExecution } = Context.current().info;
  return [workflowExecution?.runId, activityId].join(' ');
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
