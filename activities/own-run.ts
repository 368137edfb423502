import { Context } from '@temporalio/activity';
import { messageOf } from '../model/errors.ts';
import { parseRunName, runName, type NamedRun } from '../model/run-name.ts';
import { cloudUnavailable, notAuthorized } from './failures.ts';

/**
 * Whoever may write to the namespace may start any activity with any input, so an activity writes to no run but that of the workflow that calls
 * it, which Temporal tells.
 */

/** First runs of workflows, by the run that calls; they never change. */
const firstRuns = new Map<string, Promise<string>>();
const MOST_KNOWN = 10_000;

/**
 * The run that an activity was given, which must be the calling workflow's own. Its name holds the workflow's first run: a reset changes the
 * current one. Throws NotAuthorized; CloudUnavailable where Temporal cannot be asked.
 */
export async function demandOwnRun(run: unknown): Promise<NamedRun> {
  const { workflowId, runId } = callingWorkflow();
  const named = parseRunName(run);
  if (!named) throw notAuthorized('run: is not the name of a run; nothing was done');
  if (named.workflowId !== workflowId || runName(workflowId, await firstRunOf(workflowId, runId)) !== run)
    throw notAuthorized('run: is not that of the workflow that calls; nothing was done');
  return named;
}

/** The workflow that an activity was started by. Throws NotAuthorized for one that was started by itself. */
export function callingWorkflow(): { workflowId: string; runId: string } {
  const { workflowExecution, inWorkflow } = Context.current().info;
  if (!inWorkflow || !workflowExecution) throw notAuthorized('no workflow calls this activity; nothing was done');
  return workflowExecution;
}

/** Temporal is asked once for each run. */
async function firstRunOf(workflowId: string, runId: string): Promise<string> {
  const known = firstRuns.get(runId) ?? askFirstRun(workflowId, runId);
  firstRuns.delete(runId);
  firstRuns.set(runId, known);
  const [oldest] = firstRuns.keys();
  if (firstRuns.size > MOST_KNOWN && oldest !== undefined) firstRuns.delete(oldest);
  try {
    return await known;
  } catch (error) {
    firstRuns.delete(runId);
    throw cloudUnavailable(`Temporal does not tell which run calls: ${messageOf(error)}`);
  }
}

async function askFirstRun(workflowId: string, runId: string): Promise<string> {
  const { workflowService, options } = Context.current().client;
  const { workflowExecutionInfo } = await workflowService.describeWorkflowExecution({
    namespace: options.namespace,
    execution: { workflowId, runId },
  });
  const first = workflowExecutionInfo?.firstRunId;
  if (!first) throw new Error('it names no first run; use a server of version 1.24 or later');
  return first;
}
