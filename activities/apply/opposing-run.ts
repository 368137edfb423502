import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { messageOf } from '../../model/errors.ts';
import type { JournalRecord } from '../../model/ledger.ts';
import { step } from '../../model/next-step.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { PlanItem } from '../../model/plan.ts';
import { cloudUnavailable } from '../failures.ts';
import type { Journal } from '../records/journal.ts';
import { blocked } from './operation.ts';

/**
 * Workflow id of a run in the same tenant that undoes what this one does and is running. The client refuses to start the second of them; this
 * is for whoever starts a workflow by hand. A run that was terminated holds nothing, whatever its journal lacks: Temporal is asked whether it
 * still goes on.
 */
export async function opposingRun(journal: Journal, run: string): Promise<string | undefined> {
  const own = (await startOf(journal, run))?.started;
  if (!own) return undefined;
  for (const other of await journal.runs()) {
    const start = await startOf(journal, other);
    if (!start?.open || start.started.tenantId !== own.tenantId) continue;
    if ((start.started.restores === undefined) === (own.restores === undefined)) continue;
    if (await isRunning(start.started.workflowId)) return start.started.workflowId;
  }
  return undefined;
}

export function heldByOpposingRun(item: PlanItem, other: string): Outcome {
  const reason = `${other} does the opposite in this tenant and has not ended; let it end, or cancel it (temporal workflow terminate --workflow-id ${other}, when no worker serves it); then retry`;
  return { ...blocked(item, 'OtherRun', reason), next: [step('cancel', other, '--by', 'NAME')] };
}

interface Start {
  started: Extract<JournalRecord, { type: 'run-started' }>;
  /** It came as far as asking for approval, which a dry run never does, and has not written its end. */
  open: boolean;
}

/** An ended run stays ended: it need not be read again with every batch. */
const ended = new WeakMap<Journal, Map<string, Start>>();

async function startOf(journal: Journal, run: string): Promise<Start | undefined> {
  const known = ended.get(journal) ?? new Map<string, Start>();
  ended.set(journal, known);
  const before = known.get(run);
  if (before) return before;
  const records = (await journal.lines(run)).map((l) => l.record);
  const started = records.find((r) => r.type === 'run-started');
  if (!started) return undefined;
  const hasEnded = records.some((r) => r.type === 'run-ended');
  const start = { started, open: !hasEnded && records.some((r) => r.type === 'gate-opened') };
  if (hasEnded) known.set(run, start);
  return start;
}

async function isRunning(workflowId: string): Promise<boolean> {
  try {
    const { status } = await Context.current().client.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw cloudUnavailable(`Temporal does not tell whether ${workflowId} is running: ${messageOf(error)}`);
  }
}
