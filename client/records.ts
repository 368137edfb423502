import { ArtifactStore } from '../activities/records/artifacts.ts';
import { Journal } from '../activities/records/journal.ts';
import { OffboardError } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';
import { summarize, type RunSummary } from '../model/summary.ts';
import { homeOf } from '../security/home.ts';
import { loadKeys } from '../security/keys.ts';

/** What this machine's journal and artifacts tell of a run, whether Temporal still knows it or not. */
export interface RunRecords {
  run: string;
  summary: RunSummary;
  plan: Plan | undefined;
}

/** The newest run of a workflow id, or the run itself by its journal's name. Throws RunNotFound. */
export async function recordsOf(env: NodeJS.ProcessEnv, workflowId: string): Promise<RunRecords> {
  const home = homeOf(env);
  const ring = loadKeys(home.keys, env);
  const journal = new Journal(home.journal, ring);
  const run = journal.runs().find((r) => r === workflowId || r.startsWith(`${workflowId}_`));
  if (run === undefined) {
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
