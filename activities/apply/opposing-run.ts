import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { messageOf } from '../../model/errors.ts';
import type { Ledger } from '../../model/ledger.ts';
import { step } from '../../model/next-step.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { PlanItem } from '../../model/plan.ts';
import { workflowIdIn } from '../../model/run-name.ts';
import { cloudUnavailable } from '../failures.ts';
import type { Journal } from '../records/journal.ts';
import { blocked } from './operation.ts';

/**
 * Workflow id of a run in the same tenant that undoes what this one does and is running. The client refuses to start the second of them; this
 * is for whoever starts a workflow by hand. A run that was terminated holds nothing, whatever its journal lacks: Temporal is asked whether it
 * still goes on.
 */
export async function opposingRun(journal: Journal, run: string): Promise<string | undefined> {
  const own = await journal.ledger(run);
  if (own.startedBy === undefined) return undefined;
  for (const other of await journal.runs()) {
    const ledger = await journal.ledgerIfWhole(other);
    // What a damaged one is about is not known but by its name.
    const opposes = ledger ? isOpposite(own, ledger) : workflowIdIn(other) !== workflowIdIn(run) && other.includes(own.tenantId ?? run);
    if (opposes && (await isRunning(workflowIdIn(other)))) return workflowIdIn(other);
  }
  return undefined;
}

/** It came as far as asking for approval, which a dry run never does, and has not written its end. */
function isOpposite(own: Ledger, other: Ledger): boolean {
  const open = other.ended === undefined && other.gates.size > 0;
  return open && other.tenantId === own.tenantId && (other.restores === undefined) !== (own.restores === undefined);
}

export function heldByOpposingRun(item: PlanItem, other: string): Outcome {
  const reason = `${other} does the opposite in this tenant and has not ended; let it end, or cancel it (temporal workflow terminate --workflow-id ${other}, when no worker serves it); then retry`;
  return { ...blocked(item, 'OtherRun', reason), next: [step('cancel', other, '--by', 'NAME')] };
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
