import { Context } from '@temporalio/activity';
import { Connection, WorkflowNotFoundError, type WorkflowService } from '@temporalio/client';
import { messageOf } from '../../model/errors.ts';
import { type Reason, step } from '../../model/next-step.ts';
import { workflowIdIn, withoutDryRun } from '../../model/run-name.ts';
import type { Deps, TemporalPlace } from '../deps.ts';
import type { Journal } from '../records/journal.ts';
import { journalOf } from '../records/removed.ts';
import { writeEvidence } from './end-run.ts';

export interface AdoptInput {
  run: string;
  /** The run that lost its Temporal: its own name, or its workflow id. */
  adopt: string;
  /** Why nobody can ask the Temporal that it ran in; the plan and the evidence show it. */
  oldTemporalGone?: string;
  by: string;
}

/**
 * Takes over from a run whose Temporal lost it: ends it as superseded, with its evidence, and takes in what it did, never what was decided. Returns why it may
 * not; nothing is written then.
 */
export async function adoptRun(deps: Deps, { run, adopt, oldTemporalGone, by }: AdoptInput): Promise<Reason[]> {
  const { journal } = deps;
  const ledger = await journal.ledger(run);
  if (ledger.adopted) return [];
  const old = await journalOf(journal, adopt, run);
  if (old === undefined) return [{ reason: `adopt: the records in ${journal.store.where} hold no run ${adopt}` }];
  const reason = `superseded by ${run}, which adopts what it did${oldTemporalGone === undefined ? '' : `; its Temporal is gone: ${oldTemporalGone}`}`;
  // An earlier try may have ended it already.
  if ((await endOf(journal, old)) !== reason) {
    const refusal = await refusalToAdopt(deps, run, old, oldTemporalGone);
    if (refusal) return [refusal];
    await journal.append(old, { type: 'run-ended', status: 'superseded', reason });
  }
  // Two may adopt at once: the order of the old run's records says which of them did.
  const end = await endOf(journal, old);
  if (end !== reason) return [{ reason: `adopt: ${old} has ended meanwhile: ${end ?? ''}` }];
  await writeEvidence(deps, old);
  const head = await journal.head(old);
  const before = await journal.ledger(old);
  const quarantined = [...before.quarantined].map(([item, q]) => ({ item, ...q }));
  const gone = oldTemporalGone === undefined ? {} : { oldTemporalGone };
  await journal.append(run, { type: 'adopted', run: old, ...head, by, quarantined, ...gone });
  return [];
}

/** Why a run ended, by the first record that says so. */
async function endOf(journal: Journal, run: string): Promise<string | undefined> {
  const end = (await journal.lines(run)).map((l) => l.record).find((r) => r.type === 'run-ended');
  return end?.type === 'run-ended' ? end.reason : undefined;
}

async function refusalToAdopt(deps: Deps, run: string, old: string, oldTemporalGone: string | undefined): Promise<Reason | undefined> {
  const ledger = await deps.journal.ledger(old);
  if (workflowIdIn(old) !== withoutDryRun(workflowIdIn(run)) || workflowIdIn(run) !== withoutDryRun(workflowIdIn(run)))
    return { reason: `adopt: ${old} is no offboarding of this tenant; only such a run is adopted, and never by a dry run` };
  if (ledger.ended !== undefined) return { reason: `adopt: ${old} has ended (${ledger.ended}); start without it` };
  const place = ledger.temporal ?? deps.temporal;
  const answer = await isRunning(deps.temporal, place, old);
  if (answer === false) return undefined;
  if (answer === true)
    return {
      reason: `adopt: ${old} is still running in the Temporal at ${place.address}; cancel it there, or let it end`,
      next: [step('cancel', workflowIdIn(old), '--by', 'NAME')],
    };
  if (oldTemporalGone !== undefined) return undefined;
  return {
    reason: `adopt: whether ${old} still runs is not known: the Temporal at ${place.address} (namespace ${place.namespace}) does not answer (${answer}); if it is gone for good, say why`,
    next: [step('start', 'MANIFEST', '--adopt', old, '--old-temporal-gone', 'REASON', '--by', 'NAME')],
  };
}

/** Whether the workflow of a run is going on; why nobody can tell. The very run counts: its workflow id may be another's by now. */
async function isRunning(own: TemporalPlace, place: TemporalPlace, run: string): Promise<boolean | string> {
  const execution = { workflowId: workflowIdIn(run), runId: run.slice(workflowIdIn(run).length + 1) };
  const ask = async (service: WorkflowService) => {
    const { workflowExecutionInfo } = await service.describeWorkflowExecution({ namespace: place.namespace, execution });
    // 1: running (WorkflowExecutionStatus).
    return workflowExecutionInfo?.status === 1;
  };
  try {
    if (own.address === place.address) return await ask(Context.current().client.connection.workflowService);
    const connection = await Connection.connect({ address: place.address, connectTimeout: 5_000 });
    try {
      return await ask(connection.workflowService);
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || (error as { code?: number }).code === NOT_FOUND) return false;
    return messageOf(error);
  }
}

/** gRPC's code. */
const NOT_FOUND = 5;
