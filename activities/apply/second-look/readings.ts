import type { SystemId } from '../../../model/names.ts';
import type { Deps } from '../../deps.ts';
import type { Answer } from '../../answer.ts';

interface Taken {
  /** When it was complete, in ms; undefined while it is under way. */
  at?: number;
  /** What it gave; undefined until then. */
  value?: unknown;
  answer: Promise<Answer<unknown>>;
  /** How old it may be for the most patient of those who asked for it, in ms: older, it is of no use. */
  serves: number;
}

/** How old a reading may be that another step of the phase took, in ms. */
export const SHARED_MS = 45_000;

/** The readings of one step, by system and by what was asked of it. */
interface StepReadings {
  /** Where steps of one row follow each other: the next one's beginning is this one's end. */
  row: string | undefined;
  /** When one was asked for last, in ms. */
  used: number;
  /** When those that serve nobody any more were put away last, in ms. */
  tidied: number;
  taken: Map<string, Taken>;
}

/** How long a step's readings are kept after somebody asked for one, in ms. */
const KEPT_MS = 15 * 60_000;
/** How often those of a step that serve nobody any more are put away, in ms. */
const TIDY_MS = 5_000;

const kept = new WeakMap<Deps, Map<string, StepReadings>>();
/** What was read last in a phase, in the order in which it was begun. */
const lately = new WeakMap<Deps, Map<string, Taken>>();

/**
 * Whose readings are meant: `step` names one try of one step: whoever comes after a wait names another. `row`: of the steps of one row
 * none is under way at once with another. `phase`: its steps tell each other of systems that are not their own (`lateReading`). `asked`: what, where that is not the
 * whole system.
 */
export interface Wanted {
  step: string;
  phase?: string;
  row?: string;
  system: SystemId;
  asked?: string;
  /** Somebody else of the step will ask for it, too: it is kept for them. */
  lasting?: boolean;
}

/**
 * What a complete reading gave, of this step, or of another one of the phase where that is no older than `SHARED_MS`; undefined where none is complete. At once: in
 * a large estate thousands are asked for, for each item anew.
 */
export function givenAlready(deps: Deps, wanted: Wanted): unknown {
  const key = keyOf(wanted);
  const here = takenFor(deps, wanted, Infinity)?.value;
  if (here !== undefined || wanted.phase === undefined) return here;
  const late = latelyRead(deps).get(`${wanted.phase} ${key}`);
  return late?.at !== undefined && Date.now() - late.at <= SHARED_MS ? late.value : undefined;
}

/** A reading that is there already, or under way. */
export async function keptReading(deps: Deps, wanted: Wanted): Promise<Answer<unknown> | undefined> {
  const answer = await takenFor(deps, wanted, Infinity)?.answer.catch(() => undefined);
  return answer?.ok ? answer : undefined;
}

/**
 * A reading that another step of the phase took, or takes, if it is no older than `SHARED_MS`: for what a system tells of things that lie elsewhere. Whoever says how old
 * his reading may be (`maxAge`, in ms) reads for himself: a thing's own system is read in each step.
 */
export async function lateReading(deps: Deps, wanted: Wanted, maxAge: number): Promise<Answer<unknown> | undefined> {
  if (wanted.phase === undefined || maxAge !== Infinity) return undefined;
  const taken = latelyRead(deps).get(`${wanted.phase} ${keyOf(wanted)}`);
  if (taken?.at !== undefined && Date.now() - taken.at > SHARED_MS) return undefined;
  const answer = await taken?.answer.catch(() => undefined);
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
  const taken: Taken = { answer: read(), serves: wanted.lasting ? Infinity : maxAge };
  all.set(key, taken);
  if (wanted.phase !== undefined) {
    const late = latelyRead(deps);
    late.delete(`${wanted.phase} ${key}`);
    late.set(`${wanted.phase} ${key}`, taken);
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

/** A reading of the step that is no older than `maxAge` ms. */
function takenFor(deps: Deps, wanted: Wanted, maxAge: number): Taken | undefined {
  const before = readingsIn(deps, wanted).get(keyOf(wanted));
  const now = Date.now();
  if (!before || now - (before.at ?? now) > maxAge) return undefined;
  before.serves = Math.max(before.serves, maxAge);
  return before;
}

/** Without those that are too old to serve another step. */
function latelyRead(deps: Deps): Map<string, Taken> {
  const all = lately.get(deps) ?? new Map<string, Taken>();
  lately.set(deps, all);
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
    tidy(known, now);
    return known.taken;
  }
  const isOver = (other: StepReadings) => now - other.used > KEPT_MS || (row !== undefined && other.row === row);
  for (const [name, other] of steps) if (isOver(other)) steps.delete(name);
  const begun = { row, used: now, tidied: now, taken: new Map<string, Taken>() };
  steps.set(step, begun);
  return begun.taken;
}

/** A step may read thousands of systems, each for what goes in itself: of these the newest are enough. */
function tidy(step: StepReadings, now: number): void {
  if (now - step.tidied < TIDY_MS) return;
  step.tidied = now;
  for (const [key, { at, serves }] of step.taken) if (at !== undefined && now - at > serves) step.taken.delete(key);
}

function keyOf({ system, asked = '' }: Wanted): string {
  return `${system} ${asked}`;
}
