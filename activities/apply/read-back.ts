import { setTimeout as sleep } from 'node:timers/promises';
import type { AnyCloud } from '../cloud.ts';
import { answerOf, type Answer } from '../answer.ts';
import type { Json } from '../../model/finding.ts';
import type { PlanItem } from '../../model/plan.ts';
import { kindOf } from '../look/kinds.ts';
import { failed, type Attempt, type BatchOperation, type Reach } from './operation.ts';

/** How often a call that may be repeated is, within one try of the activity. */
const RETRY_DELAYS = [200, 1_000, 3_000];
/** A cloud that asks for a longer pause than this is left to Temporal's own retry. */
const LONGEST_PAUSE = 5_000;

/** Repeats a call that may be repeated a few times, minding the cloud's own Retry-After; no more once it is `stopping`. */
export async function persistently<T>(cloud: AnyCloud, ask: () => Promise<T>, stopping?: AbortSignal): Promise<Answer<T>> {
  for (let round = 0; ; round++) {
    const answer = await answerOf(cloud, ask);
    const delay = RETRY_DELAYS[round];
    if (answer.ok || answer.failure.kind !== 'retry' || delay === undefined || stopping?.aborted) return answer;
    const pause = answer.failure.retryAfterMs ?? delay;
    if (pause > LONGEST_PAUSE) return answer;
    await sleep(pause, undefined, stopping ? { signal: stopping } : {}).catch(() => undefined);
  }
}

/** How often a thing is read again until a call is seen to be done, in ms: 10 tries, 40 s in all. A cloud may show the old state for a while. */
const READ_BACK_DELAYS = [100, 200, 400, 800, 1_500, 3_000, 5_000, 8_000, 10_000, 11_000];

/** Reads an item again until the operation is seen to be done. */
export async function readBack(operation: BatchOperation, item: PlanItem, reach: Reach): Promise<Attempt> {
  const kind = kindOf(reach.cloud, item);
  let current: Json | undefined;
  for (const delay of READ_BACK_DELAYS) {
    const answer = await readItem(item, reach);
    if (!answer.ok) return failed(item, answer.failure);
    current = answer.value;
    const outcome = operation.seen(item, current, kind);
    if (outcome) return { item, outcome };
    await sleep(delay);
  }
  const unseen = operation.unseen(item, current, kind);
  return 'outcome' in unseen ? { item, outcome: unseen } : { item, later: { kind: 'retry', ...unseen } };
}

/** An item's definition as it stands now; undefined when it is gone. */
export async function readItem(
  item: PlanItem,
  { cloud, api }: Pick<Reach, 'cloud' | 'api'>,
  stopping?: AbortSignal,
): Promise<Answer<Json | undefined>> {
  return await persistently(cloud, () => kindOf(cloud, item).read(api, item), stopping);
}
