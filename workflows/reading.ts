import { proxyActivities } from '@temporalio/workflow';
import type { ReadingActivities } from '../activities/index.ts';
import { FAILURES } from '../model/errors.ts';
import type { Piece, ReadInput } from '../model/reading.ts';

/** A person waits: an answer, or the reason why there is none, comes soon. */
const { readRecords } = proxyActivities<ReadingActivities>({
  startToCloseTimeout: '20s',
  scheduleToCloseTimeout: '40s',
  retry: { initialInterval: '1s', maximumAttempts: 2, nonRetryableErrorTypes: [FAILURES.invalid, FAILURES.records] },
});

/** Reads a piece of the records for a client that cannot see them; changes nothing. Runs know nothing of it. */
export async function reading(input: ReadInput): Promise<Piece> {
  return await readRecords(input);
}
