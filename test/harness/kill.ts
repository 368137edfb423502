import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../../client/demo/process.ts';
import { intentsOf, recordsOf } from './removals.ts';
import type { Stage } from './stage.ts';

export interface Killed {
  /** One of `items` that was begun and has no outcome. */
  begun: string;
  /** All items with an outcome. */
  done: string[];
  /** All items begun that have none. */
  open: string[];
}

/**
 * Kills a worker once two of `items` are done and another is begun. It is stopped while we look, so what we saw is what it dies with;
 * items are many enough that some are left. Throws when all are done before that was seen.
 */
export async function killAmid(
  stage: Stage,
  worker: Pick<Child, 'pid'>,
  journal: string,
  items: readonly string[],
  signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL',
): Promise<Killed> {
  for (;;) {
    process.kill(worker.pid, 'SIGSTOP');
    const done = (await recordsOf(stage, journal)).flatMap((r) => (r.type === 'outcome' ? [r.outcome.item] : []));
    const open = (await intentsOf(stage, journal)).filter((item) => !done.includes(item));
    const begun = open.find((item) => items.includes(item));
    const finished = items.filter((item) => done.includes(item)).length;
    if (begun && finished >= 2) {
      process.kill(worker.pid, signal);
      // One that is only told to end goes on for that.
      if (signal !== 'SIGKILL') process.kill(worker.pid, 'SIGCONT');
      return { begun, done, open };
    }
    process.kill(worker.pid, 'SIGCONT');
    if (finished === items.length) throw new Error(`all ${finished} items were done before the worker was killed`);
    await sleep(10);
  }
}
