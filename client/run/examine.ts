import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import type { ExamineInput, WorkerExam } from '../../model/doctor.ts';
import { messageOf, OffboardError } from '../../model/errors.ts';
import type { examination } from '../../workflows/examination.ts';
import { requireWorker, type Session } from './session.ts';

/** Has a worker examine itself and its clouds. Throws NoWorker, and what the worker refused. */
export async function examined(session: Session, input: ExamineInput): Promise<WorkerExam> {
  await requireWorker(session);
  const { client, taskQueue } = session;
  const workflowId = `examination-${randomUUID()}`;
  const over = new AbortController();
  try {
    const handle = await client.workflow.start<typeof examination>('examination', {
      workflowId,
      taskQueue,
      args: [input],
      workflowExecutionTimeout: '26m',
      staticSummary: 'what this worker is and may do; changes nothing',
    });
    return await Promise.race([handle.result(), untaken(handle, taskQueue, over.signal)]);
  } catch (error) {
    throw error instanceof WorkflowFailedError ? inWords(error) : error;
  } finally {
    over.abort();
  }
}

/** A worker that has just died still counts as one that polls. */
const TAKEN_WITHIN_MS = 20_000;
/** Started and waiting for a worker: two events. */
const UNTAKEN_EVENTS = 2;

/** Throws NoWorker where no worker takes it up in time, and ends it; else never resolves. */
async function untaken(handle: WorkflowHandle, taskQueue: string, over: AbortSignal): Promise<never> {
  const never = new Promise<never>(() => undefined);
  await sleep(TAKEN_WITHIN_MS, undefined, { signal: over, ref: false }).catch(() => undefined);
  if (over.aborted || (await handle.describe()).historyLength > UNTAKEN_EVENTS) return await never;
  await handle.terminate('no worker took it up');
  throw new OffboardError(
    'NoWorker',
    `no worker took anything from the task queue ${taskQueue} for ${TAKEN_WITHIN_MS / 1000} s; start one (npm run worker)`,
  );
}

function inWords(error: WorkflowFailedError): OffboardError {
  const cause = error.cause instanceof ActivityFailure ? error.cause.cause : error.cause;
  if (cause instanceof TimeoutFailure)
    return new OffboardError('NoWorker', 'no worker examined itself in time; look at the worker’s log', { cause: error });
  const refused = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
  const code = refused === 'StartRefused' ? 'StartRefused' : refused === 'InvalidValue' ? 'InvalidValue' : 'NotAllowed';
  return new OffboardError(code, messageOf(cause ?? error), { cause: error });
}
