import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError, WorkflowNotFoundError, type WorkflowHandle, type WorkflowResultType } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { OffboardError } from '../../model/errors.ts';
import { PROGRESS, type DiscoveryProgress } from '../../model/messages/progress.ts';
import { step } from '../../model/next-step.ts';
import type { discovery } from '../../workflows/discovery.ts';
import type { DiscoveryStatus } from '../render/discovery.ts';
import { discoveryOf } from './ask.ts';
import { throttledWords } from '../render/status.ts';
import { heldOf } from './retrying.ts';
import type { Session } from './session.ts';

type Handle = WorkflowHandle<typeof discovery>;
type Found = WorkflowResultType<typeof discovery>;

const EVERY_MS = 1_000;

/** Asks a discovery how far it is, and what it waits for. Throws OffboardError when there is none, or no worker to answer. */
export async function discoveryStatus(session: Session, workflowId: string): Promise<DiscoveryStatus> {
  const { status, startTime, closeTime, progress } = await discoveryOf(session, workflowId);
  return {
    ...(await heldOf(session, workflowId)),
    workflowId,
    state: status.name.toLowerCase(),
    startedAt: startTime.toISOString(),
    ...(closeTime ? { endedAt: closeTime.toISOString() } : {}),
    progress,
  };
}

/** Waits for the end of a discovery; `tell` hears how far it is and what is tried again, whenever that changes. */
export async function followDiscovery(session: Session, handle: Handle, tell: (line: string) => void): Promise<Found> {
  const over = new AbortController();
  const telling = tellProgress(session, handle, tell, over.signal);
  try {
    return await resultOf(handle);
  } finally {
    over.abort();
    await telling;
  }
}

/** The result of a discovery that has ended, or once it ends. Throws RunNotFound, and what the worker refused. */
export async function resultOf(handle: Handle): Promise<Found> {
  try {
    return await handle.result();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError)
      throw new OffboardError('RunNotFound', `RUN: no workflow has the id ${handle.workflowId}; a discovery makes one`, {
        cause: error,
        next: [step('discover', '--tenant', 'ID', '--out', 'FOLDER')],
      });
    if (!(error instanceof WorkflowFailedError)) throw error;
    const cause = error.cause instanceof ActivityFailure ? error.cause.cause : error.cause;
    const code = cause instanceof ApplicationFailure && cause.type === 'Invalid' ? 'InvalidValue' : 'NotAllowed';
    throw new OffboardError(code, `RUN: the discovery ended without an inventory: ${cause?.message ?? error.message}`, { cause: error });
  }
}

async function tellProgress(session: Session, handle: Handle, tell: (line: string) => void, over: AbortSignal): Promise<void> {
  let last = '';
  while (!over.aborted) {
    const line = await progressLine(session, handle).catch(() => undefined);
    if (line !== undefined && line !== last && !over.aborted) tell((last = line));
    await sleep(EVERY_MS, undefined, { signal: over }).catch(() => undefined);
  }
}

async function progressLine(session: Session, handle: Handle): Promise<string> {
  const { stage, read, of } = await handle.query<DiscoveryProgress>(PROGRESS);
  const { retrying, throttled } = await heldOf(session, handle.workflowId);
  const [first] = retrying;
  const [slow] = throttledWords(throttled);
  const again = first ? `; tried again (attempt ${first.attempt}): ${first.reason}` : slow ? `; ${slow}` : '';
  return `${stage}${of > 0 ? `: ${read} of ${of} batches of systems are read` : ''}${again}`;
}
