import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  TimeoutFailure,
  proxyActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { TimeoutType } from '@temporalio/common';
import type { CarriedActivities } from '../activities/index.ts';
import { FAILURES } from '../model/errors.ts';
import { plain } from '../model/markdown.ts';
import { newest, type Carried, type Left, type RecordsHead, type RecordsTrouble } from '../model/records-head.ts';
import { recordsQueue } from '../model/task-queue.ts';
import { runName } from '../model/run-name.ts';

/**
 * What this run knows of its records, in whichever worker's hands they are: the newest head that an activity left. Every activity is given
 * it and refuses to work where the records are others, or go less far.
 */
let head: RecordsHead | undefined;

/** Once a worker had other records, activities go only to workers that say they have the run's. */
let apart = false;

/** What waits for the records, and what is to be told of it. */
const waiting = new Set<CancellationScope>();
let tell: (trouble: RecordsTrouble | undefined) => void = () => {};

/** Has `show` hear what is wrong with the records, and when they are back. */
export function onRecordsTrouble(show: typeof tell): void {
  tell = show;
}

let tellStopped: () => void = () => {};

/** Has `stop` hear that by its records the run was paused: it may not know that itself, as after a reset to before the pause. */
export function onStopped(stop: typeof tellStopped): void {
  tellStopped = stop;
}

/** What is given up when records are accepted as lost. */
let body: CancellationScope | undefined;

/** Does work that rests on the run's records. `lost`: an approver accepted that records are lost; what was under way has been given up. */
export async function whileRecordsLast<T>(work: () => Promise<T>): Promise<T | 'lost'> {
  const scope = new CancellationScope();
  body = scope;
  try {
    return await scope.run(work);
  } catch (error) {
    if (isOnly(scope)) return 'lost';
    throw error;
  } finally {
    body = undefined;
  }
}

/** From now on the run goes on from these records. */
export function acceptRecords(found: RecordsHead): void {
  head = found;
  for (const scope of waiting) scope.cancel();
  body?.cancel();
}

/** Whether this scope was cancelled, and not what it lies in: the run itself. */
function isOnly(scope: CancellationScope): boolean {
  return scope.consideredCancelled && !CancellationScope.current().consideredCancelled;
}

/** Where activities are to be sent, and how soon a worker must take them. */
export type Place = { taskQueue?: string; scheduleToStartTimeout?: '30s' | '3s' };

/**
 * Calls an activity with the head of the run's records. Where they are not at hand the run says so until they are; `patient`: the call waits as long,
 * else it fails.
 */
export async function withRecords<R>(
  call: (carried: Carried, place: Place) => Promise<Left<R>>,
  patient: boolean,
  from?: RecordsHead,
): Promise<R> {
  for (;;) {
    try {
      const known = from ?? head;
      const { result, head: left, stopped } = await call(known ? { head: known } : {}, apart ? placeOf(head, patient) : {});
      head = newest(head, left);
      // One that ended before the run was let go on may answer after that.
      if (stopped && left.seq === head.seq) tellStopped();
      return result;
    } catch (error) {
      if (isForged(error)) {
        if (!patient) throw error;
        await sleep(FORGED_AGAIN);
        continue;
      }
      const trouble = troubleIn(error);
      if (!trouble) throw error;
      const back = untilBack(trouble);
      if (patient) await back;
      else {
        back.catch(() => undefined);
        throw error;
      }
    }
  }
}

/** No worker of the run answered: somebody else polls its task queue. */
function isForged(error: unknown): boolean {
  const failure = error instanceof ActivityFailure ? error.cause : error;
  return failure instanceof ApplicationFailure && failure.type === FAILURES.forged;
}

async function forged(answer: Promise<unknown>): Promise<boolean> {
  try {
    await answer;
    return false;
  } catch (error) {
    if (isForged(error)) return true;
    throw error;
  }
}

/** Somebody who answers each time must not fill the run's history. */
const FORGED_AGAIN = '10s';

/** What an activity's failure says of the records. */
export function troubleIn(error: unknown): RecordsTrouble | undefined {
  if (!(error instanceof ActivityFailure)) return undefined;
  const { cause } = error;
  if (cause instanceof ApplicationFailure && cause.type === FAILURES.records) return cause.details?.[0] as RecordsTrouble;
  if (!(cause instanceof TimeoutFailure) || cause.timeoutType !== TimeoutType.SCHEDULE_TO_START) return undefined;
  const where = placeOf(head).taskQueue ?? '';
  return { what: 'no worker that has the records of this run takes work', where, mend: 'start one; the run then goes on by itself' };
}

/** A person who waits is told soon that nobody is there; work may wait for one who is busy. */
function placeOf(known: RecordsHead | undefined, patient = true): Place {
  const scheduleToStartTimeout = patient ? '30s' : '3s';
  return known ? { taskQueue: recordsQueue(workflowInfo().taskQueue, known.store), scheduleToStartTimeout } : {};
}

/** Tried for as long as it takes, by whichever worker has the records. */
const RETRY = { initialInterval: '1s', backoffCoefficient: 1.5, maximumInterval: '5s' } as const;

async function untilBack(trouble: RecordsTrouble): Promise<void> {
  if (trouble.expected) apart = true;
  const scope = new CancellationScope();
  waiting.add(scope);
  tell(trouble);
  try {
    await scope.run(async () => {
      const { taskQueue } = placeOf(head);
      const { awaitRecords } = proxyActivities<CarriedActivities>({
        startToCloseTimeout: '20s',
        retry: RETRY,
        summary: plain(trouble.what),
        ...(taskQueue === undefined ? {} : { taskQueue }),
      });
      const { workflowId, firstExecutionRunId } = workflowInfo();
      const input = { run: runName(workflowId, firstExecutionRunId) };
      while (await forged(awaitRecords(input, head ? { head } : {}))) await sleep(FORGED_AGAIN);
    });
  } catch (error) {
    // By an acceptance: what the records are now is what the run goes on from.
    if (!isOnly(scope)) throw error;
  } finally {
    waiting.delete(scope);
    if (waiting.size === 0) tell(undefined);
  }
}
