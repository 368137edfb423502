import { OffboardError, undefinedIf } from '../../model/errors.ts';
import { step } from '../../model/next-step.ts';
import { planHash, type Plan } from '../../model/plan.ts';
import { runName } from '../../model/run-name.ts';
import { homeOf } from '../../security/files.ts';
import { viewOf } from '../run/ask.ts';
import type { Action } from '../terminal/command.ts';
import { formatOf } from '../terminal/values.ts';
import { manifestOf, recordsOf } from '../records/records.ts';
import { isRestorePlan } from '../../model/restore.ts';
import { renderPlan, renderRestorePlan } from '../render/plan.ts';
import { removalScript, restoreScript } from '../render/script.ts';
import { describeIfKnown, withSession, type Session } from '../run/session.ts';

export const plan: Action = {
  async run({ positionals: [run = ''], values, json }, io) {
    const format = formatOf(values, json, ['table', 'json', 'sh']);
    const found = await planOf(io.env, run);
    const hash = planHash(found);
    if (format === 'json') io.out(JSON.stringify({ hash, plan: found }));
    else if (format === 'table') io.out(isRestorePlan(found) ? renderRestorePlan(found, hash) : renderPlan(found, hash));
    else {
      const source = { run, hash, manifest: await manifestOf(io.env, found), now: new Date() };
      io.out(isRestorePlan(found) ? restoreScript({ ...source, plan: found }) : removalScript({ ...source, plan: found }));
    }
  },
};

/**
 * The plan in force, from the journal of the run that Temporal has under this id: an earlier run's plan is never shown in its place. Without
 * a server that knows it, of the newest run there is a journal of. Throws RunNotFound.
 */
async function planOf(env: NodeJS.ProcessEnv, run: string): Promise<Plan> {
  const isUnknown = (error: unknown) => error instanceof OffboardError && error.code !== 'NoKeys';
  const current = await withSession(env, (session) => journalOf(session, run)).catch(undefinedIf(isUnknown));
  const isNotYet = (error: unknown) => error instanceof OffboardError && error.code === 'RunNotFound' && current?.running === true;
  const records = await recordsOf(env, current?.journal ?? run).catch(undefinedIf(isNotYet));
  if (records?.plan) return records.plan;
  if (current?.running) throw await notYet(env, run);
  throw new OffboardError('RunNotFound', `RUN: ${run} ended (${records?.summary.status ?? '?'}) without a plan; look at its report`, {
    next: [step('report', run)],
  });
}

/** The journal's name of the run that Temporal has under an id: needs no worker. */
async function journalOf(session: Session, workflowId: string): Promise<{ journal: string; running: boolean } | undefined> {
  const described = await describeIfKnown(session, workflowId);
  if (!described) return undefined;
  const first = described.raw.workflowExecutionInfo?.firstRunId || described.runId;
  return { journal: runName(workflowId, first), running: described.status.name === 'RUNNING' };
}

/** Why a run that goes on has no plan here: not made yet, or made where another OFFBOARD_HOME is. */
async function notYet(env: NodeJS.ProcessEnv, run: string): Promise<OffboardError> {
  const view = await withSession(env, (session) => viewOf(session, run));
  if (view.planHash !== undefined) {
    return new OffboardError(
      'RunNotFound',
      `RUN: the records of ${run} are not in ${homeOf(env).records}; set OFFBOARD_HOME to the worker's folder`,
    );
  }
  const resume = view.paused ? [step('resume', run, '--by', 'NAME')] : [];
  return new OffboardError(
    'RunNotFound',
    `RUN: the plan of ${run} is not made yet (stage ${view.stage})${view.paused ? '; it is paused' : ''}; try again in a moment, or watch it`,
    { next: [...resume, step('watch', run)] },
  );
}
