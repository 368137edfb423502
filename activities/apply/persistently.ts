import { setTimeout as sleep } from 'node:timers/promises';
import type { AnyCloud } from '../cloud.ts';
import { answerOf, type Answer } from '../look/answer.ts';

/** How often a call that may be repeated is, within one try of the activity. */
const RETRY_DELAYS = [200, 1_000, 3_000];
/** A cloud that asks for a longer pause than this is left to Temporal's own retry. */
const LONGEST_PAUSE = 5_000;

/** Repeats a call that may be repeated a few times, minding the cloud's own Retry-After. */
export async function persistently<T>(cloud: AnyCloud, ask: () => Promise<T>): Promise<Answer<T>> {
  for (let round = 0; ; round++) {
    const answer = await answerOf(cloud, ask);
    const delay = RETRY_DELAYS[round];
    if (answer.ok || answer.failure.kind !== 'retry' || delay === undefined) return answer;
    const pause = answer.failure.retryAfterMs ?? delay;
    if (pause > LONGEST_PAUSE) return answer;
    await sleep(pause);
  }
}
