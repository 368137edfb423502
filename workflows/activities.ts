import { ActivityCancellationType, proxyActivities, type ActivityOptions } from '@temporalio/workflow';
import { FAILURES } from '../model/errors.ts';
import { plain } from '../model/markdown.ts';
import type { Carried, Left, RecordsHead } from '../model/records-head.ts';
import type { Activities, CarriedActivities } from '../activities/index.ts';
import { withRecords } from './records.ts';

/** Tried for as long as it takes: how long a cloud may be away is decided in the activity, by the manifest's `waits.unreachable`. */
const OPTIONS: ActivityOptions = {
  startToCloseTimeout: '1h',
  // Each tells every two seconds that it lives, and what a long computation does it does in pieces: when its worker dies another goes on soon.
  heartbeatTimeout: '15s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: {
    // After a worker's death; what failed says itself how long to wait (activities/failures.ts).
    initialInterval: '1s',
    backoffCoefficient: 1,
    nonRetryableErrorTypes: [FAILURES.notAuthorized, FAILURES.refused, FAILURES.invalid],
  },
};

/** What changes things looks after one item at a time. */
const ACTING: ActivityOptions = { ...OPTIONS, heartbeatTimeout: '10s' };

/** Short ones: they only read or write records. */
const SHORT: ActivityOptions = { ...OPTIONS, startToCloseTimeout: '2m' };

/** A person waits for the answer: rather a refusal in time, and after three tries in a few seconds, than one more try. */
const ATTENDED: ActivityOptions = {
  ...ACTING,
  startToCloseTimeout: '20s',
  scheduleToCloseTimeout: '25s',
  retry: { ...OPTIONS.retry, maximumAttempts: 3 },
};

type Name = keyof Activities;
type Input<K extends Name> = Parameters<Activities[K]>[0];
type Result<K extends Name> = Awaited<ReturnType<Activities[K]>>;

/** An activity, given the head of the run's records with each call. `summary` stands beside it in the Temporal UI. */
const called =
  <K extends Name>(name: K, options: ActivityOptions, { patient = true }: { patient?: boolean } = {}) =>
  (input: Input<K>, { summary, head }: { summary?: string; head?: RecordsHead } = {}): Promise<Result<K>> =>
    withRecords(
      (carried, place) => {
        const told = summary === undefined ? {} : { summary: plain(summary) };
        const proxy = proxyActivities<CarriedActivities>({ ...options, ...told, ...place });
        const call = proxy[name] as (input: Input<K>, carried: Carried) => Promise<Left<Result<K>>>;
        return call(input, carried);
      },
      patient,
      head,
    );

/** One whose calls the Temporal UI is to tell apart. */
const summarised = <K extends Name>(name: K, options: ActivityOptions) => {
  const call = called(name, options);
  return (summary: string, input: Input<K>): Promise<Result<K>> => call(input, { summary });
};

export const startRun = called('startRun', OPTIONS);
export const startRestore = called('startRestore', OPTIONS);
export const startDiscovery = called('startDiscovery', OPTIONS);
export const walk = called('walk', OPTIONS);
export const readBatch = summarised('readBatch', OPTIONS);
export const takeInventory = called('takeInventory', OPTIONS);
export const checkBreaker = called('checkBreaker', OPTIONS);
export const makePlan = called('makePlan', OPTIONS);
export const makeRestorePlan = called('makeRestorePlan', OPTIONS);
export const openGate = called('openGate', SHORT);
export const closeGate = called('closeGate', SHORT);
export const remind = called('remind', SHORT);
/** Who decides is told at once what is wrong. */
export const recordDecision = called('recordDecision', SHORT, { patient: false });
export const removeItems = summarised('removeItems', ACTING);
export const restoreItems = summarised('restoreItems', ACTING);
export const putInQuarantine = summarised('putInQuarantine', ACTING);
export const liftQuarantine = summarised('liftQuarantine', ACTING);
export const watchQuarantine = called('watchQuarantine', OPTIONS);
export const reopenLapsed = called('reopenLapsed', ATTENDED, { patient: false });
export const requestDeletion = called('requestDeletion', ATTENDED, { patient: false });
export const resendOtp = called('resendOtp', ATTENDED, { patient: false });
export const enterOtp = called('enterOtp', ATTENDED, { patient: false });
export const confirmCollector = called('confirmCollector', ATTENDED, { patient: false });
export const confirmGone = summarised('confirmGone', OPTIONS);
export const verify = called('verify', OPTIONS);
export const readOwnAccess = called('readOwnAccess', OPTIONS);
export const adoptRun = called('adoptRun', OPTIONS);
export const endRun = called('endRun', OPTIONS);
