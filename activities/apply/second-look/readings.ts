import type { SystemId } from '../../../model/names.ts';
import type { Deps } from '../../deps.ts';
import type { Answer } from '../../answer.ts';

interface Taken {
  /** When it was complete, in ms; undefined while it is under way. */
  at?: number;
  answer: Promise<Answer<unknown>>;
}

/** How long a step's readings are kept at the most, in ms. */
const KEPT_MS = 15 * 60_000;

const kept = new WeakMap<Deps, Map<string, Taken>>();

/** A reading of a system in a step that is there already, or under way. */
export async function keptReading(deps: Deps, step: string, system: SystemId): Promise<Answer<unknown> | undefined> {
  const answer = await kept
    .get(deps)
    ?.get(`${step} ${system}`)
    ?.answer.catch(() => undefined);
  return answer?.ok ? answer : undefined;
}

/**
 * A reading of a system in a step: one for all who ask within it, if it is no older than `maxAge` ms; one that failed is asked for again. `step` names one try of one
 * step: whoever comes after a wait names another.
 */
export async function readingOf(
  deps: Deps,
  step: string,
  system: SystemId,
  maxAge: number,
  read: () => Promise<Answer<unknown>>,
): Promise<Answer<unknown>> {
  const all = kept.get(deps) ?? new Map<string, Taken>();
  kept.set(deps, all);
  const now = Date.now();
  for (const [key, { at = now }] of all) if (now - at > KEPT_MS) all.delete(key);
  const key = `${step} ${system}`;
  const before = all.get(key);
  if (before && now - (before.at ?? now) <= maxAge) return await before.answer;
  const taken: Taken = { answer: read() };
  all.set(key, taken);
  let answer: Answer<unknown> | undefined;
  try {
    answer = await taken.answer;
    return answer;
  } finally {
    taken.at = Date.now();
    if (!answer?.ok && all.get(key) === taken) all.delete(key);
  }
}
