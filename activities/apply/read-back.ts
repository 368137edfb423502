import { setTimeout as sleep } from 'node:timers/promises';
import type { AnyCloud } from '../cloud.ts';
import type { SystemType } from '../../model/names.ts';
import type { FailureClass } from '../../model/errors.ts';
import { answerOf, type Answer } from '../answer.ts';
import { STOPPED } from '../limited.ts';
import type { Json } from '../../model/finding.ts';
import type { PlanItem } from '../../model/plan.ts';
import { kindOf, traceOf } from '../look/kinds.ts';
import { Pace } from './pace.ts';
import { failed, glanceOf, type Attempt, type BatchOperation, type Reach } from './operation.ts';

/** How often a call that may be repeated is, within one try of the activity. */
const RETRY_DELAYS = [200, 1_000, 3_000];
/** A cloud that asks for a longer pause than this is left to Temporal's own retry. */
const LONGEST_PAUSE = 5_000;

/** Repeats a question that may be repeated a few times, minding the cloud's own Retry-After; no more once it is `stopping`. */
export async function persistently<T>(cloud: AnyCloud, ask: () => Promise<T>, stopping?: AbortSignal): Promise<Answer<T>> {
  for (let round = 0; ;) {
    const answer = await answerOf(cloud, ask);
    if (answer.ok || !(await waited(answer.failure, round, stopping))) return answer;
    if (!isThrottled(answer.failure)) round++;
  }
}

/** Whether a service is asked too often: that uses up no try, since the next one waits its turn. */
export const isThrottled = (failure: FailureClass): boolean => failure.kind === 'retry' && failure.throttled === true;

/** Waits until what failed may be asked for once more; false, at once, where it is not to be within this try of the activity. `round`: how often that was before. */
export async function waited(failure: FailureClass, round: number, stopping?: AbortSignal): Promise<boolean> {
  const delay = RETRY_DELAYS[round];
  if (failure.kind !== 'retry' || delay === undefined || failure.code === STOPPED || stopping?.aborted) return false;
  if (isThrottled(failure)) return true;
  const pause = failure.retryAfterMs ?? delay;
  if (pause > LONGEST_PAUSE) return false;
  await sleep(pause, undefined, stopping ? { signal: stopping } : {}).catch(() => undefined);
  return true;
}

/** How often a thing is read again until a call is seen to be done, in ms: 10 tries, 40 s in all. A cloud may show the old state for a while. */
const READ_BACK_DELAYS = [100, 200, 400, 800, 1_500, 3_000, 5_000, 8_000, 10_000, 11_000];

const paces = new Map<SystemType, Pace>();

/** How soon after a call each cloud is asked what became of it. */
function paceOf({ type }: AnyCloud): Pace {
  const pace = paces.get(type) ?? new Pace();
  paces.set(type, pace);
  return pace;
}

/** Reads the items of a call again until the operation is seen to be done. */
export async function readBack(operation: BatchOperation, items: readonly PlanItem[], reach: Reach): Promise<Attempt[]> {
  const { cloud } = reach;
  const attempts: Attempt[] = [];
  if (items.length === 0) return attempts;
  const pending = new Map<PlanItem, Json | undefined>(items.map((item) => [item, undefined]));
  const pace = paceOf(cloud);
  const called = Date.now();
  const turn = await pace.turn();
  let shown: number | undefined;
  let looks = 0;
  try {
    for (const delay of READ_BACK_DELAYS) {
      const paused = Date.now() - called;
      looks += 1;
      const glance = glanceOf(reach);
      for (const item of pending.keys()) {
        const kind = kindOf(cloud, item);
        const answer = await persistently(cloud, () => (operation.seenByTrace ? traceOf(kind, glance, item) : kind.read(glance, item)));
        const outcome = answer.ok ? operation.seen(item, answer.value, kind) : undefined;
        if (!answer.ok) attempts.push(failed(item, afterCall(answer.failure)));
        else if (outcome) attempts.push({ item, outcome });
        if (outcome) shown = paused;
        if (!answer.ok || outcome) pending.delete(item);
        else pending.set(item, answer.value);
      }
      if (pending.size === 0) return attempts;
      await sleep(delay);
    }
  } finally {
    pace.over(turn, shown, looks > 1);
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
