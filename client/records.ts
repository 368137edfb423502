import { existsSync } from 'node:fs';
import { ArtifactStore } from '../activities/records/artifacts.ts';
import { Journal } from '../activities/records/journal.ts';
import { OffboardError } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';
import { summarize, type RunSummary } from '../model/summary.ts';
import { homeOf } from '../security/home.ts';
import { workersKeys } from './keys.ts';

/** What this machine's journal and artifacts tell of a run, whether Temporal still knows it or not. */
export interface RunRecords {
  run: string;
  summary: RunSummary;
  plan: Plan | undefined;
}

/** The newest run of a workflow id, or the run itself by its journal's name. Throws RunNotFound, NoKeys; makes no folder. */
export async function recordsOf(env: NodeJS.ProcessEnv, workflowId: string): Promise<RunRecords> {
  const home = homeOf(env);
  const ring = workersKeys(env);
  const journal = existsSync(home.journal) ? new Journal(home.journal, ring) : undefined;
  const run = journal?.runs().find((r) => r === workflowId || r.startsWith(`${workflowId}_`));
  if (journal === undefined || run === undefined) {
    throw new OffboardError(
      'RunNotFound',
      `RUN: no journal in ${home.journal} has the id ${workflowId}; set OFFBOARD_HOME to the worker's folder`,
    );
  }
  const lines = journal.lines(run);
  const artifact = journal.ledger(run).planArtifact;
  const plan = artifact === undefined ? undefined : await new ArtifactStore(home.artifacts, ring).get<Plan>(artifact);
  return { run, summary: summarize(lines, plan), plan };
}
