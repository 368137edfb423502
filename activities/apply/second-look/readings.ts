import type { SystemId } from '../../../model/names.ts';
import type { Deps } from '../../deps.ts';
import type { Answer } from '../../answer.ts';

interface Taken {
  /** When it was complete, in ms; undefined while it is under way. */
  at?: number;
  /** What it gave; undefined until then. */
  value?: unknown;
  answer: Promise<Answer<unknown>>;
}

/** How old a reading may be that another step took, in ms: as old as that of a thing's own system. */
export const SHARED_MS = 45_000;

/** The readings of one step, by system and by what was asked of it. */
interface StepReadings {
  /** Where steps of one row follow each other: the next one's beginning is this one's end. */
  row: string | undefined;
  /** When one was asked for last, in ms. */
  used: number;
  taken: Map<string, Taken>;
}

/** How long a step's readings are kept after somebody asked for one, in ms. */
const KEPT_MS = 15 * 60_000;

const kept = new WeakMap<Deps, Map<string, StepReadings>>();
/** What was read last, by run and plan, then as in a step. */
const lately = new WeakMap<Deps, Map<string, Taken>>();

/**
 * Whose readings are meant: `step` names one try of one step: whoever comes after a wait names another. `among`: the run and plan whose steps follow each other
 * without a wait: a reading of one of them, no older than `SHARED_MS`, serves the next, too. `row`: which of them are never under way at once. `asked`: what, where
 * that is not the whole system.
 */
export interface Wanted {
  step: string;
  among?: string;
  row?: string;
  system: SystemId;
  asked?: string;
}

/** A reading that is there already, or under way. */
export async function keptReading(deps: Deps, wanted: Wanted): Promise<Answer<unknown> | undefined> {
  const answer = await takenFor(deps, wanted, Infinity)?.answer.catch(() => undefined);
  return answer?.ok ? answer : undefined;
}

/** How long ago a reading that was given was complete, in ms: endless for one that another has taken the place of. */
export function ageOf(deps: Deps, wanted: Wanted, value: unknown): number {
  const taken = readingsIn(deps, wanted).get(keyOf(wanted));
  return taken?.at !== undefined && taken.value === value ? Date.now() - taken.at : Infinity;
}

/** A reading of a system in a step: one for all who ask within it, if it is no older than `maxAge` ms; one that failed is asked for again. */
export async function readingOf(
  deps: Deps,
  wanted: Wanted,
  maxAge: number,
  read: () => Promise<Answer<unknown>>,
): Promise<Answer<unknown>> {
  const before = takenFor(deps, wanted, maxAge);
  if (before) return await before.answer;
  const all = readingsIn(deps, wanted);
  const key = keyOf(wanted);
  const taken: Taken = { answer: read() };
  all.set(key, taken);
  if (wanted.among !== undefined) {
    const late = latelyRead(deps);
    late.delete(`${wanted.among} ${key}`);
    late.set(`${wanted.among} ${key}`, taken);
  }
  let answer: Answer<unknown> | undefined;
  try {
    answer = await taken.answer;
    return answer;
  } finally {
    taken.at = Date.now();
    if (answer?.ok) taken.value = answer.value;
    if (!answer?.ok && all.get(key) === taken) all.delete(key);
  }
}

/** A reading of the step, or a late one of another step, that is no older than `maxAge` ms; it is the step's own from then on. */
function takenFor(deps: Deps, wanted: Wanted, maxAge: number): Taken | undefined {
  const now = Date.now();
  const ageIn = ({ at }: Taken) => now - (at ?? now);
  const own = readingsIn(deps, wanted);
  const key = keyOf(wanted);
  const before = own.get(key);
  if (before && ageIn(before) <= maxAge) return before;
  const late = wanted.among === undefined ? undefined : latelyRead(deps).get(`${wanted.among} ${key}`);
  // What failed is asked for again.
  if (!late || late === before || (late.at !== undefined && late.value === undefined)) return undefined;
  if (ageIn(late) > Math.min(maxAge, SHARED_MS)) return undefined;
  own.set(key, late);
  return late;
}

/** Without those that are too old to serve another step. */
function latelyRead(deps: Deps): Map<string, Taken> {
  const all = lately.get(deps) ?? new Map<string, Taken>();
  lately.set(deps, all);
  // They stand in the order in which they began.
  for (const [key, { at }] of all) {
    if (at === undefined || Date.now() - at <= SHARED_MS) break;
    all.delete(key);
  }
  return all;
}

/** Of steps that are over nothing stays. */
function readingsIn(deps: Deps, { step, row }: Pick<Wanted, 'step' | 'row'>): Map<string, Taken> {
  const steps = kept.get(deps) ?? new Map<string, StepReadings>();
  kept.set(deps, steps);
  const now = Date.now();
  const known = steps.get(step);
  if (known) {
    known.used = now;
    return known.taken;
  }
  const isOver = (other: StepReadings) => now - other.used > KEPT_MS || (row !== undefined && other.row === row);
  for (const [name, other] of steps) if (isOver(other)) steps.delete(name);
  const begun = { row, used: now, taken: new Map<string, Taken>() };
  steps.set(step, begun);
  return begun.taken;
}

function keyOf({ system, asked = '' }: Wanted): string {
  return `${system} ${asked}`;
}
