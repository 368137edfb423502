import { proxyActivities } from '@temporalio/workflow';
import type { ExaminingActivities } from '../activities/index.ts';
import { FAILURES } from '../model/errors.ts';
import type { ExamineInput, WorkerExam } from '../model/doctor.ts';

/** A person waits, and clouds of many systems take their time. */
const { examine } = proxyActivities<ExaminingActivities>({
  startToCloseTimeout: '20m',
  scheduleToCloseTimeout: '25m',
  heartbeatTimeout: '15s',
  retry: { initialInterval: '1s', maximumAttempts: 2, nonRetryableErrorTypes: [FAILURES.invalid, FAILURES.records] },
});

/** What a worker is and may do, for whoever is about to start a run; changes nothing. Runs know nothing of it. */
export async function examination(input: ExamineInput): Promise<WorkerExam> {
  return await examine(input);
}
