import { setTimeout as sleep } from 'node:timers/promises';

/** After how many times the manifest's `waits.settle` each further look is taken. */
const PAUSES = [1, 2, 4];

/**
 * Clouds show a change late, and their lists and single reads at different times: what one answer alone would decide is looked at again, some time later. Looks until
 * an answer `stands`, and gives the last one. `settle`: in ms.
 */
export async function settled<T>(settle: number, look: () => Promise<T>, stands: (answer: T) => boolean): Promise<T> {
  let answer = await look();
  for (const times of PAUSES) {
    if (stands(answer)) return answer;
    answer = await later(times * settle, look);
  }
  return answer;
}

/** A second look, after `ms`. */
export async function later<T>(ms: number, look: () => Promise<T>): Promise<T> {
  await sleep(ms);
  return await look();
}
