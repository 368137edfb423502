import type { Records } from '../../activities/records/open.ts';
import { openRecords } from '../../activities/records/open.ts';
import { journalOf, removedWithAdopted, type RemovedByRun } from '../../activities/records/removed.ts';
import { RecordsUnavailable } from '../../activities/records/store.ts';
import type { Manifest } from '../../model/manifest.ts';
import { OffboardError } from '../../model/errors.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { Plan } from '../../model/plan.ts';
import { summarize, type RunSummary } from '../../model/summary.ts';
import { workersKeys } from '../../security/keys.ts';

/** What the records tell of a run, whether Temporal still knows it or not. */
export interface RunRecords {
  run: string;
  summary: RunSummary;
  plan: Plan | undefined;
}

/** The newest run of a workflow id, or the run itself by its own name. Throws RunNotFound, NoKeys, NoRecords; makes no file. */
export async function recordsOf(env: NodeJS.ProcessEnv, workflowId: string): Promise<RunRecords> {
  return await withRun(env, workflowId, async ({ journal, artifacts }, run) => {
    const lines = await journal.lines(run);
    const artifact = (await journal.ledger(run)).planArtifact;
    const plan = artifact === undefined ? undefined : await artifacts.get<Plan>(artifact);
    return { run, summary: summarize(lines, plan), plan };
  });
}

/** What a run removed, as its restore would find it. Throws RunNotFound, NoKeys, NoRecords. */
export async function removalsOf(env: NodeJS.ProcessEnv, workflowId: string): Promise<RemovedByRun & { run: string }> {
  return await withRun(env, workflowId, async ({ journal, artifacts }, run) => ({
    run,
    ...(await removedWithAdopted(journal, artifacts, run)),
  }));
}

/** The manifest that a plan was made for. Throws NoKeys, NoRecords. */
export async function manifestOf(env: NodeJS.ProcessEnv, plan: Plan): Promise<Manifest> {
  return await withRecords(env, ({ artifacts }) => artifacts.get<Manifest>(plan.manifestHash));
}

/** Reads an inventory from the worker's artifacts. Throws NoKeys, NoRecords. */
export async function inventoryAt(env: NodeJS.ProcessEnv, address: string): Promise<Inventory> {
  return await withRecords(env, ({ artifacts }) => artifacts.get<Inventory>(address));
}

/** Runs of the records, the one that began last first; none where there are no records here. */
export async function runsOnRecord(env: NodeJS.ProcessEnv): Promise<string[]> {
  try {
    return await withRecords(env, ({ journal }) => journal.runs());
  } catch (error) {
    if (error instanceof OffboardError) return [];
    throw error;
  }
}

async function withRun<T>(env: NodeJS.ProcessEnv, workflowId: string, work: (records: Records, run: string) => Promise<T>): Promise<T> {
  return await withRecords(env, async (records) => {
    const run = await journalOf(records.journal, workflowId);
    if (run !== undefined) return await work(records, run);
    throw new OffboardError(
      'RunNotFound',
      `RUN: the records in ${records.store.where} hold no run ${workflowId}; set OFFBOARD_HOME to the worker's folder`,
    );
  });
}

async function withRecords<T>(env: NodeJS.ProcessEnv, work: (records: Records) => Promise<T>): Promise<T> {
  try {
    const records = await openRecords(env, workersKeys(env));
    try {
      return await work(records);
    } finally {
      await records.store.close();
    }
  } catch (error) {
    if (error instanceof RecordsUnavailable) throw new OffboardError('NoRecords', `${error.message}; ${error.mend}`, { cause: error });
    throw error;
  }
}
