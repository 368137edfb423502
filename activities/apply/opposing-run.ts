import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { messageOf } from '../../model/errors.ts';
import type { JournalRecord } from '../../model/ledger.ts';
import { step } from '../../model/next-step.ts';
import type { Deps } from '../deps.ts';
import { cloudUnavailable } from '../failures.ts';
import type { Journal } from '../records/journal.ts';
import type { Action } from './remove.ts';

/** Code of an item that waits because a run that does the opposite is at work in its tenant. */
export const OTHER_RUN = 'OtherRun';

/**
 * The action as it may be done now: while a run that does the opposite is at work in the same tenant, every item is held. The client refuses
 * to start the second of them; this is for whoever starts a workflow by hand. A run that was terminated holds nothing, whatever its journal
 * lacks: Temporal is asked whether it still goes on.
 */
export async function unlessOpposed(deps: Deps, run: string, action: Action): Promise<Action> {
  const other = await opposingRun(deps.journal, run);
  if (other === undefined) return action;
  const reason = `${other} does the opposite in this tenant and has not ended; let it end, or cancel it (temporal workflow terminate --workflow-id ${other}, when no worker serves it); then retry`;
  const next = [step('cancel', other, '--by', 'NAME')];
  return { ...action, held: (item) => ({ item: item.id, outcome: 'blocked', code: OTHER_RUN, reason, next }) };
}

/** Workflow id of a run in the same tenant that undoes what this one does and is running. */
async function opposingRun(journal: Journal, run: string): Promise<string | undefined> {
  const own = startOf(journal, run)?.started;
  if (!own) return undefined;
  for (const other of journal.runs()) {
    const start = startOf(journal, other);
    if (!start?.open || start.started.tenantId !== own.tenantId) continue;
    if ((start.started.restores === undefined) === (own.restores === undefined)) continue;
    if (await isRunning(start.started.workflowId)) return start.started.workflowId;
  }
  return undefined;
}

interface Start {
  started: Extract<JournalRecord, { type: 'run-started' }>;
  /** It came as far as asking for approval, which a dry run never does, and has not written its end. */
  open: boolean;
}

/** An ended run stays ended: it need not be read again with every batch. */
const ended = new WeakMap<Journal, Map<string, Start>>();

function startOf(journal: Journal, run: string): Start | undefined {
  const known = ended.get(journal) ?? new Map<string, Start>();
  ended.set(journal, known);
  const before = known.get(run);
  if (before) return before;
  const records = journal.lines(run).map((l) => l.record);
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
