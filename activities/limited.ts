import { AsyncLocalStorage } from 'node:async_hooks';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { NotYetError } from './answer.ts';
import { Lately } from './lately.ts';
import { Limit, type Quota } from './limit.ts';
import { keepThrottled, type Throttled } from './throttled.ts';

/** What a call counts against. */
export interface Counted {
  /** One for all that a cloud counts together, in words: `ARM, subscription …`. */
  key: string;
  /** As published; absent where nothing is. */
  quota?: Quota;
  /** It changes something. */
  change: boolean;
}

/** No removal or quarantine rests on a reading that is older: only the next try of its activity judges anew. */
export const JUDGED_LONG_AGO = 'JudgedLongAgo';

/** What waits for its turn when its activity is to stop, as when its worker ends: it is not asked again here. */
export const STOPPED = 'Stopped';

/** By when what is asked must have begun, in ms. */
interface Bounds {
  /** A change. */
  changesBy?: number;
  /** Whatever a service asks to wait for. */
  patience?: number;
  /** For so long, in ms, a question is asked again. */
  asking?: number;
}

const bounds = new AsyncLocalStorage<Bounds>();

/** For how long, in ms, a question that begins now is asked again, where the moment is bad. */
export const askingFor = (): number => bounds.getStore()?.asking ?? Infinity;

/** Runs `work`, in which no change begins later than `changesBy`, nothing waits for a service's pause that ends after `patience`, and no question is asked again once it was for `asking` (in ms). */
export function within<T>(more: Bounds, work: () => Promise<T>): Promise<T> {
  return bounds.run({ ...bounds.getStore(), ...more }, work);
}

/** However short `waits.unreachable` is, a service may ask to wait so long, in ms. */
const SHORTEST_PATIENCE_MS = 60_000;

/** Until when a service may ask to wait in an activity, all its tries counted, that has `unreachable` ms for it. */
export function patienceFor(unreachable: number): number {
  const begun = asyncLocalStorage.getStore()?.info.scheduledTimestampMs ?? 0;
  return Math.max(begun + unreachable, Date.now() + SHORTEST_PATIENCE_MS);
}

/** Of the time that a try of an activity has, so much may go into waiting. */
const OF_A_TRY = 0.75;
/** Outside of activities, in ms. */
const ELSEWHERE_MS = 60_000;
/** As many keys as are asked within a while. */
const KEYS_KEPT = 10_000;

let share = 1;
const limits = new Lately<string, Limit>(KEYS_KEPT);

/** Forgets what was learnt of every key, as a worker that has just begun; for tests. */
export function forgetLimits(): void {
  limits.clear();
}

/** The quotas are divided among so many workers. */
export function shareAmong(workers: number): void {
  share = 1 / Math.max(1, workers);
}

/**
 * Makes one call to a cloud when it is its turn; `judge` tells whether an error says that the service is asked too often, and `remaining` of an answer how many more it
 * takes. Throws what the call throws; NotYetError `Throttled` where the service wants to be left alone for longer than there is time, `JudgedLongAgo` of a change, and
 * `Stopped` at once when the activity is to stop.
 */
export async function limited<T>(
  { key, quota, change }: Counted,
  judge: (error: unknown) => Throttled | undefined,
  call: () => Promise<T>,
  remaining?: (answer: T) => number | undefined,
): Promise<T> {
  const limit = limits.get(key) ?? new Limit(quota, () => share);
  limits.set(key, limit);
  const waited = await turnOf(key, limit, change);
  const begun = Date.now();
  try {
    const answer = await call();
    limit.answered(begun, waited, remaining?.(answer));
    return answer;
  } catch (error) {
    const refusal = judge(error);
    if (refusal) {
      limit.refused(begun, refusal.pauseMs);
      keepThrottled(error);
    }
    throw error;
  }
}

/** A wait is told from this length on, in ms. */
const TOLD_MS = 2_000;

/** Whom a call waits for, and until when (ISO) by what is known now. */
export interface Wait {
  for: string;
  until: string;
}

/** What each activity waits for. */
const waits = new WeakMap<Context, Map<symbol, { key: string; since: number; until: () => number }>>();

/** The longest wait of the activity, where that is worth telling. */
export function waitOf(context: Context): Wait | undefined {
  const all = [...(waits.get(context)?.values() ?? [])].map(({ key, since, until }) => ({ key, since, until: until() }));
  const longest = all.toSorted((a, b) => b.until - a.until)[0];
  if (!longest || longest.until - longest.since < TOLD_MS) return undefined;
  return { for: longest.key, until: new Date(longest.until).toISOString() };
}

/** Waits until it is the call's turn; whether that was not at once. */
async function turnOf(key: string, limit: Limit, change: boolean): Promise<boolean> {
  const context = asyncLocalStorage.getStore();
  const { changesBy = Infinity, patience = Infinity } = bounds.getStore() ?? {};
  const latest = Math.min(latestOf(context), change ? changesBy : Infinity);
  const signal = context?.cancellationSignal;
  const refusal = (ms: number) => {
    if (signal?.aborted) return new NotYetError(STOPPED, `${key} could not be asked before the activity was to stop`);
    if (change && latest === changesBy)
      return new NotYetError(JUDGED_LONG_AGO, 'what it was judged by is older than a minute; it is judged again', ms);
    return new NotYetError('Throttled', `${key} asks to wait for ${Math.ceil(ms / 1_000)} s more`, ms);
  };
  const since = Date.now();
  if (change && since > changesBy) throw refusal(0);
  const before = limit.wait();
  const turn = limit.turn({ change, latest, patience, signal, refusal });
  if (!turn) return false;
  const all = context && (waits.get(context) ?? new Map<symbol, { key: string; since: number; until: () => number }>());
  const own = Symbol(key);
  if (context && all) waits.set(context, all.set(own, { key, since, until: () => Math.max(since + before, Date.now() + limit.wait(0)) }));
  if (before >= TOLD_MS) context?.log.info('waits for its turn', { ms: before, for: key });
  try {
    await turn;
    return true;
  } finally {
    all?.delete(own);
  }
}

const tries = new WeakMap<Context, number>();

/** When what this try of an activity asks must have begun. */
function latestOf(context: Context | undefined): number {
  if (!context) return Date.now() + ELSEWHERE_MS;
  const first = tries.get(context) ?? Date.now();
  tries.set(context, first);
  return first + context.info.startToCloseTimeoutMs * OF_A_TRY;
}
