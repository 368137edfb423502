import { ActivityCancellationType, proxyActivities, type ActivityOptions } from '@temporalio/workflow';
import { FAILURES } from '../model/errors.ts';
import type { Activities } from '../activities/index.ts';

/** Tried for as long as it takes: how long a cloud may be away is decided in the activity, by the manifest's `waits.unreachable`. */
const OPTIONS: ActivityOptions = {
  startToCloseTimeout: '1h',
  heartbeatTimeout: '30s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: {
    initialInterval: '1s',
    backoffCoefficient: 2,
    maximumInterval: '30s',
    nonRetryableErrorTypes: [FAILURES.notAuthorized, FAILURES.refused, FAILURES.invalid],
  },
};

/** What changes things looks after one item at a time and tells every two seconds that it lives: when its worker dies another goes on soon. */
const ACTING: ActivityOptions = { ...OPTIONS, heartbeatTimeout: '10s' };

/** Short ones: they only read or write records. */
const SHORT: ActivityOptions = { ...OPTIONS, startToCloseTimeout: '2m', heartbeatTimeout: '2m' };

/** A person waits for the answer: rather a refusal in time, and after three tries in a few seconds, than one more try. */
const ATTENDED: ActivityOptions = {
  ...SHORT,
  startToCloseTimeout: '20s',
  scheduleToCloseTimeout: '25s',
  retry: { ...OPTIONS.retry, maximumAttempts: 3 },
};

const long = proxyActivities<Activities>(OPTIONS);
const short = proxyActivities<Activities>(SHORT);
const attended = proxyActivities<Activities>(ATTENDED);

export const { startRun, walk, makePlan, makeRestorePlan, verify, startDiscovery, takeInventory, readOwnAccess, watchQuarantine } = long;
export const { openGate, closeGate, remind, recordDecision, startRestore, endRun } = short;
export const { requestDeletion, resendOtp, enterOtp, confirmCollector } = attended;

/** Activities with a summary that the Temporal UI shows beside them. */
export const readBatch = (summary: string, ...args: Parameters<Activities['readBatch']>) =>
  long.readBatch.executeWithOptions({ ...OPTIONS, heartbeatTimeout: '10m', summary }, args);
export const removeItems = (summary: string, ...args: Parameters<Activities['removeItems']>) =>
  long.removeItems.executeWithOptions({ ...ACTING, summary }, args);
export const restoreItems = (summary: string, ...args: Parameters<Activities['restoreItems']>) =>
  long.restoreItems.executeWithOptions({ ...ACTING, summary }, args);
export const putInQuarantine = (summary: string, ...args: Parameters<Activities['putInQuarantine']>) =>
  long.putInQuarantine.executeWithOptions({ ...ACTING, summary }, args);
export const liftQuarantine = (summary: string, ...args: Parameters<Activities['liftQuarantine']>) =>
  long.liftQuarantine.executeWithOptions({ ...ACTING, summary }, args);
export const confirmGone = (summary: string, ...args: Parameters<Activities['confirmGone']>) =>
  long.confirmGone.executeWithOptions({ ...OPTIONS, summary }, args);
