import { setTimeout as sleep } from 'node:timers/promises';
import type { AnyCloud } from '../cloud.ts';
import type { SystemType } from '../../model/names.ts';
import type { FailureClass } from '../../model/errors.ts';
import { answerOf, type Answer } from '../answer.ts';
import type { Json } from '../../model/finding.ts';
import type { PlanItem } from '../../model/plan.ts';
import { kindOf, traceOf } from '../look/kinds.ts';
import { failed, glanceOf, type Attempt, type BatchOperation, type Reach } from './operation.ts';

/** How often a call that may be repeated is, within one try of the activity. */
const RETRY_DELAYS = [200, 1_000, 3_000];
/** A cloud that asks for a longer pause than this is left to Temporal's own retry. */
const LONGEST_PAUSE = 5_000;

/** Repeats a question that may be repeated a few times, minding the cloud's own Retry-After; no more once it is `stopping`. */
export async function persistently<T>(cloud: AnyCloud, ask: () => Promise<T>, stopping?: AbortSignal): Promise<Answer<T>> {
  for (let round = 0; ; round++) {
    const answer = await answerOf(cloud, ask);
    if (answer.ok || !(await waited(answer.failure, round, stopping))) return answer;
  }
}

/** Waits until what failed may be asked for once more; false, at once, where it is not to be within this try of the activity. `round`: how often that was before. */
export async function waited(failure: FailureClass, round: number, stopping?: AbortSignal): Promise<boolean> {
  const delay = RETRY_DELAYS[round];
  if (failure.kind !== 'retry' || delay === undefined || stopping?.aborted) return false;
  const pause = failure.retryAfterMs ?? delay;
  if (pause > LONGEST_PAUSE) return false;
  await sleep(pause, undefined, stopping ? { signal: stopping } : {}).catch(() => undefined);
  return true;
}

/** How often a thing is read again until a call is seen to be done, in ms: 10 tries, 40 s in all. A cloud may show the old state for a while. */
const READ_BACK_DELAYS = [100, 200, 400, 800, 1_500, 3_000, 5_000, 8_000, 10_000, 11_000];

/** How long after a call each cloud showed it lately, in ms: sooner nobody need look. */
const shownAfter = new Map<SystemType, number>();
const LONGEST_FIRST_PAUSE = 1_000;
/** By how much less is waited the next time, so that a cloud which has become quicker is found out. */
const SHORTER = 0.97;

/** Keeps what one read-back saw: `early` pauses were not enough. */
function learn({ type }: AnyCloud, paused: number, early: boolean): void {
  shownAfter.set(type, early ? Math.min(paused, LONGEST_FIRST_PAUSE) : paused * SHORTER);
}

/** Reads the items of a call again until the operation is seen to be done. */
export async function readBack(operation: BatchOperation, items: readonly PlanItem[], reach: Reach): Promise<Attempt[]> {
  const { cloud } = reach;
  const attempts: Attempt[] = [];
  const pending = new Map<PlanItem, Json | undefined>(items.map((item) => [item, undefined]));
  let paused = shownAfter.get(cloud.type) ?? 0;
  const first = paused;
  if (first > 0) await sleep(first);
  for (const delay of READ_BACK_DELAYS) {
    const glance = glanceOf(reach);
    for (const item of pending.keys()) {
      const kind = kindOf(cloud, item);
      const answer = await persistently(cloud, () => (operation.seenByTrace ? traceOf(kind, glance, item) : kind.read(glance, item)));
      const outcome = answer.ok ? operation.seen(item, answer.value, kind) : undefined;
      if (!answer.ok) attempts.push(failed(item, afterCall(answer.failure)));
      else if (outcome) attempts.push({ item, outcome });
      if (!answer.ok || outcome) pending.delete(item);
      else pending.set(item, answer.value);
    }
    if (pending.size === 0) {
      learn(cloud, paused, paused > first);
      return attempts;
    }
    await sleep(delay);
    paused += delay;
  }
  return [...attempts, ...[...pending].map(([item, current]) => notSeen(operation, item, current, reach))];
}

/** The call was made: that it took effect is not known, nor that it did not. */
export const afterCall = (failure: FailureClass): FailureClass => ({
  ...failure,
  message: `the call was made, and what became of it could not be seen: ${failure.message}`,
});

function notSeen(operation: BatchOperation, item: PlanItem, current: Json | undefined, { cloud }: Pick<Reach, 'cloud'>): Attempt {
  const unseen = operation.unseen(item, current, kindOf(cloud, item));
  return 'outcome' in unseen ? { item, outcome: unseen } : { item, later: { kind: 'retry', ...unseen } };
}

/** An item's definition as it stands now; undefined when it is gone. */
export async function readItem(
  item: PlanItem,
  { cloud, api, glance = api }: Pick<Reach, 'cloud' | 'api' | 'glance'>,
  stopping?: AbortSignal,
): Promise<Answer<Json | undefined>> {
  const read = () => persistently(cloud, () => kindOf(cloud, item).read(glance, item), stopping);
  const answer = await read();
  // It may have gone between two of its parts.
  return !answer.ok && answer.failure.code === 'NotFound' ? await read() : answer;
}
