import {
  isGrpcServiceError,
  QueryNotRegisteredError,
  ServiceError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  WorkflowUpdateStage,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { UpdateDefinition } from '@temporalio/common';
import { EXIT_CODES, FAILURES, OffboardError, undefinedIf, type ErrorCode } from '../../model/errors.ts';
import { PROGRESS, type DiscoveryProgress } from '../../model/messages/progress.ts';
import { STATUS, type RunView } from '../../model/messages/status.ts';
import { isDiscovery } from '../../model/run-name.ts';
import { aboutRun, isStep, step, type NextStep } from '../../model/next-step.ts';
import { visible } from '../../model/visible.ts';
import { answered, answerRefused } from '../../security/client-codec.ts';
import type { OffboardingResult } from '../../workflows/offboarding.ts';
import { requireWorker, type Session } from './session.ts';

/** A worker that lives takes a message at once; one that has just died is listed for a while. */
const TAKEN_WITHIN_MS = 20_000;
const ANSWER_WITHIN_MS = 60_000;
const RESULT_WITHIN_MS = 5_000;
const DEADLINE_EXCEEDED = 4;
const FAILED_PRECONDITION = 9;

/** What Temporal knows of a run. Throws RunNotFound. */
export async function descriptionOf(session: Session, workflowId: string): Promise<WorkflowExecutionDescription> {
  return await translated(session, workflowId, () => session.client.workflow.getHandle(workflowId).describe());
}

/** Asks a run where it is. Throws RunNotFound, NoWorker, AnswerRefused, and StartRefused for one that never began. */
export async function viewOf(session: Session, workflowId: string): Promise<RunView> {
  const ask = () => session.client.workflow.getHandle(workflowId).query<RunView>(STATUS);
  return await translated(session, workflowId, () =>
    session.client.withDeadline(Date.now() + TAKEN_WITHIN_MS, () => answered(workflowId, ask)),
  );
}

/**
 * Where a run is, or undefined: one that no worker speaks for, that ended meanwhile, or whose answer is encrypted with keys of another
 * home must not hide the others from whoever asks many.
 */
export async function viewIfAnswered(session: Session, workflowId: string, withinMs: number): Promise<RunView | undefined> {
  try {
    const ask = () => session.client.workflow.getHandle(workflowId).query<RunView>(STATUS);
    return await session.client.withDeadline(Date.now() + withinMs, () => answered(workflowId, ask));
  } catch (error) {
    const kinds = [OffboardError, ServiceError, QueryNotRegisteredError, WorkflowNotFoundError];
    if (kinds.some((kind) => error instanceof kind) || isGrpcServiceError(error)) return undefined;
    throw error;
  }
}

/** Asks a discovery how far it is, and Temporal when it began and ended. Throws RunNotFound, NoWorker. */
export async function discoveryOf(session: Session, workflowId: string) {
  const handle = session.client.workflow.getHandle(workflowId);
  return await translated(session, workflowId, async () => ({
    ...(await handle.describe()),
    progress: await answered(workflowId, () => handle.query<DiscoveryProgress>(PROGRESS)),
  }));
}

/** Sends an update and waits for its answer. Throws OffboardError with the code and the words of whoever refused it. */
export async function send<R, A extends [unknown]>(
  session: Session,
  workflowId: string,
  update: UpdateDefinition<R, A>,
  message: A[0],
): Promise<R> {
  await requireRun(session, workflowId);
  await requireWorker(session);
  // Who only asks needs none of it.
  const { proven } = await import('./prove.ts');
  const said = await proven(session, workflowId, update.name, message);
  const options = { args: [said] as unknown as A, waitForStage: WorkflowUpdateStage.ACCEPTED } as const;
  const within = <T>(ms: number, ask: () => Promise<T>) =>
    translated(session, workflowId, () => session.client.withDeadline(Date.now() + ms, ask));
  const taken = await within(TAKEN_WITHIN_MS, () => session.client.workflow.getHandle(workflowId).startUpdate(update, options));
  return await within(ANSWER_WITHIN_MS, () => answered(workflowId, () => taken.result()));
}

/** Throws RunNotFound for an unknown workflow id, and GateNotOpen for a run that has ended. */
export async function requireRun(session: Session, workflowId: string): Promise<void> {
  const { status: state } = await descriptionOf(session, workflowId);
  if (state.name === 'RUNNING') return;
  const told = (error: unknown) => error instanceof OffboardError && (error.code === 'StartRefused' || error.code === 'AnswerRefused');
  const view = await viewOf(session, workflowId).catch(undefinedIf((error) => !told(error)));
  const lapsed = view?.status === 'denied' && view.gateOutcome === 'expired';
  // One that was terminated never came to tell of its end.
  const status = view === undefined || view.status === 'running' ? state.name.toLowerCase() : view.status;
  throw new OffboardError(
    lapsed ? 'GateExpired' : 'GateNotOpen',
    `RUN: ${workflowId} has ended (${lapsed ? 'denied: its gate closed without a decision' : status}); nothing waits for an answer any more: start a new run`,
  );
}

/** The result of a run that ended by itself; undefined for one that goes on, was cancelled or is not known. Throws AnswerRefused. */
export async function resultOf({ client }: Session, workflowId: string, runId?: string): Promise<OffboardingResult | undefined> {
  const handle = client.workflow.getHandle(workflowId, runId, { followRuns: false });
  try {
    const wait = () => client.withDeadline(Date.now() + RESULT_WITHIN_MS, () => handle.result());
    return (await answered(workflowId, wait)) as OffboardingResult;
  } catch (error) {
    if (error instanceof OffboardError) throw error;
    return undefined;
  }
}

/** Why a run never began: its start was refused, or so the worker said with other keys. Undefined for every other. */
export async function startRefusalOf({ client }: Session, workflowId: string, runId?: string): Promise<OffboardError | undefined> {
  const handle = client.workflow.getHandle(workflowId, runId, { followRuns: false });
  try {
    await client.withDeadline(Date.now() + RESULT_WITHIN_MS, () => handle.result());
  } catch (error) {
    if (error instanceof OffboardError) return error;
    const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
    if (cause instanceof ApplicationFailure && cause.type === FAILURES.refused && cause.details?.[0] === 'StartRefused')
      return refusalIn(cause, workflowId, error);
  }
  return undefined;
}

/** The folder of evidence on the worker's machine, as the run's result names it. */
export async function evidenceOf(session: Session, workflowId: string): Promise<string | undefined> {
  return (await resultOf(session, workflowId))?.evidence;
}

async function translated<T>(session: Session, workflowId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw await translate(session, workflowId, error);
  }
}

async function translate(session: Session, workflowId: string, error: unknown): Promise<unknown> {
  if (error instanceof WorkflowNotFoundError) {
    return new OffboardError('RunNotFound', `RUN: no workflow has the id ${workflowId}; look at those there are`, {
      cause: error,
      next: [step('list')],
    });
  }
  if (error instanceof WorkflowUpdateFailedError) {
    const cause = error.cause;
    if (cause instanceof ApplicationFailure && cause.type === FAILURES.refused) return refusalIn(cause, workflowId, error);
    if (cause instanceof ApplicationFailure && cause.type === FAILURES.forged) return answerRefused(workflowId, 'is not encrypted', error);
    if (cause instanceof ApplicationFailure && cause.type === FAILURES.endedBefore)
      return new OffboardError('GateNotOpen', `RUN: ${workflowId} ended before it answered`, {
        cause: error,
        next: [step('status', workflowId)],
      });
    if (cause instanceof ApplicationFailure && cause.message.startsWith('No registered handler for update')) {
      const what = isDiscovery(workflowId) ? 'changes nothing and waits for nobody' : 'gives things back';
      const message = `RUN: ${workflowId} ${what}, and takes no such message; look at where it is`;
      return new OffboardError('NotAllowed', message, { cause: error, next: [step('status', workflowId)] });
    }
  }
  const strange = unknownRun(workflowId, error);
  if (strange) return strange;
  const refused = error instanceof QueryNotRegisteredError ? await startRefusalOf(session, workflowId) : undefined;
  if (refused) return refused;
  const answer = error instanceof ServiceError ? error.cause : error;
  // The server says the second of a queue that nobody polled of late.
  const late = isGrpcServiceError(answer) && [DEADLINE_EXCEEDED, FAILED_PRECONDITION].includes(answer.code);
  const unanswered = late || error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || error instanceof QueryNotRegisteredError;
  if (unanswered || isGrpcServiceError(answer)) {
    // The server's own words for a missing worker differ by version; whether one polls decides.
    await requireWorker(session);
    const mend = "look at the worker's log, and whether one polls the task queue of that run";
    // Of a message the server tells no reason; of a question it does.
    const why = unanswered && !(error instanceof QueryNotRegisteredError) ? await unknownToItsWorker(session, workflowId) : undefined;
    if (why) return why;
    if (unanswered) return new OffboardError('NoWorker', `${workflowId} did not answer in time; ${mend}`, { cause: error });
  }
  return error;
}

/** How the SDK begins to say that a workflow does not do what a run's history has. */
const NONDETERMINISM = /^\[TMPRL1100\] (?:Nondeterminism error: )?/;

/** A run that the workflow of its worker cannot follow; undefined for every other error. */
function unknownRun(workflowId: string, error: unknown): OffboardError | undefined {
  if (!(error instanceof QueryNotRegisteredError) || !NONDETERMINISM.test(error.message)) return undefined;
  const why = error.message.replace(NONDETERMINISM, '');
  const mend =
    'its workflow is another than the one that the run began with: start a worker of that version, or one whose workflow keeps the old way (docs/deploys.md)';
  return new OffboardError('NoWorker', `this worker does not know ${workflowId}: ${visible(why)}; ${mend}`, { cause: error });
}

async function unknownToItsWorker({ client }: Session, workflowId: string): Promise<OffboardError | undefined> {
  try {
    await client.withDeadline(Date.now() + RESULT_WITHIN_MS, () => client.workflow.getHandle(workflowId).query(STATUS));
    return undefined;
  } catch (error) {
    return unknownRun(workflowId, error);
  }
}

/** What an activity refused, as it says itself: in `details` its code, and what may be typed next. */
export function refusalIn({ message, details }: ApplicationFailure, run: string, cause: unknown): OffboardError {
  const [code, next] = details ?? [];
  return new OffboardError(codeOf(code), message, { cause, next: aboutRun(stepsOf(next), run) });
}

function codeOf(detail: unknown): ErrorCode {
  return typeof detail === 'string' && detail in EXIT_CODES ? (detail as ErrorCode) : 'Internal';
}

function stepsOf(detail: unknown): NextStep[] {
  return Array.isArray(detail) ? detail.filter(isStep) : [];
}
