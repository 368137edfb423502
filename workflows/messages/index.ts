import type { Run } from '../run.ts';
import { handleAcceptRecords } from './accept-records.ts';
import { handleAmend } from './amend.ts';
import { handleApprove } from './approve.ts';
import { handleCancelledBy } from './cancelled-by.ts';
import { handleCollectorReady } from './collector-ready.ts';
import { handleConfirmCollector } from './confirm-collector.ts';
import { handleLift } from './lift.ts';
import { handlePause } from './pause.ts';
import { handleReject } from './reject.ts';
import { handleResendOtp } from './resend-otp.ts';
import { handleResume } from './resume.ts';
import { handleRetry } from './retry.ts';
import { handleStatus } from './status.ts';
import { handleSubmitOtp } from './submit-otp.ts';
import { handleWaive } from './waive.ts';

/** Everything that can be said to a run and asked of it (docs/messages.md). Registered before the workflow's first await. */

/** What a restore takes, too: nothing about collectors, and no amended plan: another restore takes its place. */
const OF_EVERY_RUN = [
  handleAcceptRecords,
  handleStatus,
  handleApprove,
  handleReject,
  handleWaive,
  handleRetry,
  handlePause,
  handleResume,
  handleCancelledBy,
];

const OF_AN_OFFBOARDING = [handleAmend, handleLift, handleCollectorReady, handleSubmitOtp, handleResendOtp, handleConfirmCollector];

export function handleMessages(run: Run): void {
  for (const handle of [...OF_EVERY_RUN, ...OF_AN_OFFBOARDING]) handle(run);
}

export function handleRestoreMessages(run: Run): void {
  for (const handle of OF_EVERY_RUN) handle(run);
}

// For clients: the definitions, each with the shape of what it takes and answers.
export { acceptRecords } from './accept-records.ts';
export { amend } from './amend.ts';
export { approve, approveSignal } from './approve.ts';
export { cancelledBy } from './cancelled-by.ts';
export { collectorReady } from './collector-ready.ts';
export { confirmCollector } from './confirm-collector.ts';
export { lift, liftSignal } from './lift.ts';
export { pause, pauseSignal } from './pause.ts';
export { progress } from './progress.ts';
export { reject, rejectSignal } from './reject.ts';
export { resendOtp } from './resend-otp.ts';
export { resume, resumeSignal } from './resume.ts';
export { retry } from './retry.ts';
export { status } from './status.ts';
export { submitOtp } from './submit-otp.ts';
export { waive } from './waive.ts';
