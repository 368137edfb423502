import { setTimeout as sleep } from 'node:timers/promises';

/** After how many times the manifest's `waits.settle` each further look is taken. */
const PAUSES = [1, 2, 4];

/**
 * Clouds show a change late, and their lists and single reads at different times: what one answer alone would decide is looked at again, some time later. Looks until
 * an answer `stands`, as often as `looks` says, and gives the last one. `settle`: in ms.
 */
export async function settled<T>(settle: number, look: () => Promise<T>, stands: (answer: T) => boolean, looks: 2 | 4 = 4): Promise<T> {
  let answer = await look();
  for (const times of PAUSES.slice(0, looks - 1)) {
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

/**
 * What is found of each that a list shows, a few at once. What is listed and not found may be gone, or was made just now: all of that is looked for once more, `settle`
 * ms later.
 */
export async function foundOf<K, V>(
  settle: number,
  listed: readonly K[],
  find: (one: K) => Promise<V | undefined>,
  atOnce = 1,
): Promise<V[]> {
  const found = new Map<K, V>();
  const look = async () => {
    const missing = listed.filter((one) => !found.has(one));
    for (let from = 0; from < missing.length; from += atOnce) {
      const batch = missing.slice(from, from + atOnce).map(async (one) => ({ one, value: await find(one) }));
      for (const { one, value } of await Promise.all(batch)) if (value !== undefined) found.set(one, value);
    }
    return found.size;
  };
  await settled(settle, look, (count) => count === listed.length, 2);
  return listed.flatMap((one) => {
    const value = found.get(one);
    return value === undefined ? [] : [value];
  });
}
