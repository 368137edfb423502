import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ArtifactStore } from '../../activities/records/artifacts.ts';
import { Journal } from '../../activities/records/journal.ts';
import { journalOf, removedByRun, type RemovedByRun } from '../../activities/records/removed.ts';
import type { Manifest } from '../../model/manifest.ts';
import { OffboardError } from '../../model/errors.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { Plan } from '../../model/plan.ts';
import { summarize, type RunSummary } from '../../model/summary.ts';
import { homeOf } from '../../security/files.ts';
import { workersKeys } from '../../security/keys.ts';

/** What this machine's journal and artifacts tell of a run, whether Temporal still knows it or not. */
export interface RunRecords {
  run: string;
  summary: RunSummary;
  plan: Plan | undefined;
}

/** The newest run of a workflow id, or the run itself by its journal's name. Throws RunNotFound, NoKeys; makes no folder. */
export async function recordsOf(env: NodeJS.ProcessEnv, workflowId: string): Promise<RunRecords> {
  const { journal, artifacts, run } = storesOf(env, workflowId);
  const lines = journal.lines(run);
  const artifact = journal.ledger(run).planArtifact;
  const plan = artifact === undefined ? undefined : await artifacts.get<Plan>(artifact);
  return { run, summary: summarize(lines, plan), plan };
}

/** What a run removed, as its restore would find it. Throws RunNotFound, NoKeys. */
export async function removalsOf(env: NodeJS.ProcessEnv, workflowId: string): Promise<RemovedByRun & { run: string }> {
  const { journal, artifacts, run } = storesOf(env, workflowId);
  return { run, ...(await removedByRun(journal, artifacts, run)) };
}

/** The manifest that a plan was made for. Throws RunNotFound, NoKeys. */
export async function manifestOf(env: NodeJS.ProcessEnv, plan: Plan): Promise<Manifest> {
  return await new ArtifactStore(homeOf(env).artifacts, workersKeys(env)).get<Manifest>(plan.manifestHash);
}

/** Reads an inventory from the worker's artifacts. Throws RunNotFound where they are not on this machine. */
export async function inventoryAt(env: NodeJS.ProcessEnv, address: string): Promise<Inventory> {
  const { artifacts } = homeOf(env);
  if (!existsSync(join(artifacts, address)))
    throw new OffboardError('RunNotFound', `RUN: the inventory is not in ${artifacts}; set OFFBOARD_HOME to the worker's folder`);
  return await new ArtifactStore(artifacts, workersKeys(env)).get<Inventory>(address);
}

function storesOf(env: NodeJS.ProcessEnv, workflowId: string): { journal: Journal; artifacts: ArtifactStore; run: string } {
  const home = homeOf(env);
  const ring = workersKeys(env);
  const journal = existsSync(home.journal) ? new Journal(home.journal, ring) : undefined;
  const run = journal && journalOf(journal, workflowId);
  if (journal === undefined || run === undefined) {
    throw new OffboardError(
      'RunNotFound',
      `RUN: no journal in ${home.journal} has the id ${workflowId}; set OFFBOARD_HOME to the worker's folder`,
    );
  }
  return { journal, artifacts: new ArtifactStore(home.artifacts, ring), run };
}
