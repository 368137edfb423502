import type { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import { shareAmong } from '../activities/limited.ts';
import { messageOf } from '../model/errors.ts';

const EVERY_MS = 30_000;
/** A worker whose last poll is older is taken for gone: a poll takes a minute at most. */
const ALIVE_MS = 120_000;
const ACTIVITY_QUEUE = 2;

/**
 * Divides the clouds' published quotas among the workers that poll the task queue, for as long as this one works. Temporal is asked beside the work, twice a minute; where it
 * does not answer, as many are taken for alive as were before, at first this one alone.
 */
export function sharing(connection: NativeConnection, namespace: string, taskQueue: string, log: Logger): { end(): void } {
  let known = 1;
  const ask = async () => {
    const workers = await workersOn(connection, namespace, taskQueue);
    if (workers !== known) log.info({ workers }, 'the quotas of the clouds are divided among the workers');
    shareAmong((known = workers));
  };
  const tell = () => void ask().catch((error: unknown) => log.debug(`how many workers there are is not known: ${messageOf(error)}`));
  tell();
  const timer = setInterval(tell, EVERY_MS).unref();
  return { end: () => clearInterval(timer) };
}

/** How many workers have asked for activities of the task queue lately, by their identities; at least one. */
export async function workersOn(connection: NativeConnection, namespace: string, taskQueue: string): Promise<number> {
  const asked = { namespace, taskQueue: { name: taskQueue }, taskQueueType: ACTIVITY_QUEUE };
  const { pollers } = await connection.workflowService.describeTaskQueue(asked);
  const alive = (pollers ?? []).filter((p) => Date.now() - Number(p.lastAccessTime?.seconds ?? 0) * 1_000 < ALIVE_MS);
  return Math.max(1, new Set(alive.map((p) => p.identity)).size);
}
