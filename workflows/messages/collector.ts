import { Mutex } from 'async-mutex';
import { PAUSED, type CollectorMessage, type CollectorView } from '../../model/messages/collector.ts';
import { RUN, step } from '../../model/next-step.ts';
import { needsPerson, type Outcome } from '../../model/outcome.ts';
import { collectorView, type CollectorWaiting } from '../../model/waiting.ts';
import { LOOK } from '../../model/verdict.ts';
import { reopenLapsed } from '../activities.ts';
import type { Run } from '../run.ts';
import { COLLECTOR_PREFIX, settledCollector } from '../view.ts';
import { refusalOf, refuse } from './refusal.ts';

/** What the messages of phase 3 share (guide, "Stop data collection", steps 6 to 10). */

/** What becomes of a collector that could not be deleted, such as a locked one. */
export const ASK_AN_APPROVER = 'an approver has it tried again, or leaves it in place';

/** The collector a message names, when it is at the stage the message needs. Throws Refused. */
export function collectorAt(run: Run, id: string, stage: CollectorWaiting['stage'], otherwise: string): CollectorWaiting {
  const collector = run.waits.of('collector').find((c) => c.id === id || c.item === id);
  if (!collector) return refuseAbsent(run, id);
  if (collector.stage !== stage) {
    refuse('NotWaitingForCollector', `collector: ${collector.id} is ${collector.stage}; ${otherwise}`, ...collector.next);
  }
  if (run.paused) refuse('NotWaitingForCollector', PAUSED, step('resume', RUN, '--by', 'NAME'));
  return collector;
}

/** Says who must do what about a collector that is not waited for. */
function refuseAbsent(run: Run, id: string): never {
  const item = id.startsWith(COLLECTOR_PREFIX) ? id : `${COLLECTOR_PREFIX}${id}`;
  const outcome = run.outcomes.get(item);
  const [asked] = run.waits.of('items');
  if (outcome && asked?.items.includes(item)) {
    const message = `collector: ${id}: ${outcome.reason}; ${ASK_AN_APPROVER}`;
    refuse('NotWaitingForCollector', message, ...asked.next);
  }
  if (outcome) refuse('NotWaitingForCollector', `collector: ${id} is settled: ${outcome.outcome}, ${outcome.reason}`);
  refuse('NotWaitingForCollector', `collector: ${id} is not one the run waits for; look at what it waits for`, LOOK);
}

/**
 * Works for one message at a time on a collector; a second one is refused, not kept waiting. Before it, what rests on a key that counts no longer is
 * asked about again.
 */
export async function alone<T>(run: Run, { item, id }: CollectorWaiting, work: () => Promise<T>): Promise<T> {
  const lock = run.collectorLocks.get(item) ?? new Mutex();
  run.collectorLocks.set(item, lock);
  // async-mutex's own tryAcquire sets a timer, which would be an event in history.
  if (lock.isLocked()) refuse('NotWaitingForCollector', `collector: ${id} is busy with another message; try again`);
  try {
    return await lock.runExclusive(async () => {
      if (run.reopen(await reopenLapsed({ run: run.id, planHash: run.planHash }))) run.waitForDecision();
      return await work();
    });
  } catch (error) {
    throw refusalOf(error);
  } finally {
    run.show();
  }
}

/** Why a collector is not deleted, and who goes on with it: that its gate is asked again needs nobody to ask for it. */
export function blockedWords({ reason, gate }: Outcome): string {
  return `${reason}; ${gate === undefined ? ASK_AN_APPROVER : 'that gate is asked again by itself, and then its person'}`;
}

/** What an activity is told of a message about a collector. */
export const about = (run: Run, { item }: CollectorWaiting, { by, proof }: CollectorMessage) => ({
  run: run.id,
  planHash: run.planHash,
  item,
  by,
  ...(proof === undefined ? {} : { proof }),
  arrivedAt: new Date().toISOString(),
});

/** Something came of a collector: its recipient is waited for no longer; where it could not be deleted, an approver is, at once. */
export function settle(run: Run, { item }: CollectorWaiting, outcome: Outcome): void {
  run.waits.drop('collector', item);
  run.record('data-collection', [outcome]);
  if (needsPerson(outcome.outcome)) run.waitForDecision();
}

/** A collector as it is now, for whoever sent the message. */
export function viewNow(run: Run, before: CollectorWaiting): CollectorView {
  const waits = run.waits.collector(before.item);
  return waits ? collectorView(waits) : (settledCollector(run, before.item)[0] ?? collectorView(before));
}
