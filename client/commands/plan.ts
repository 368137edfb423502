import { resolve } from 'node:path';
import { planPageOf } from '../../activities/evidence/evidence.ts';
import type { JournalLine } from '../../activities/records/chain.ts';
import { OffboardError } from '../../model/errors.ts';
import { writeNew } from '../../security/files.ts';
import { step } from '../../model/next-step.ts';
import { planHash, type Plan } from '../../model/plan.ts';
import { isDiscovery, runName } from '../../model/run-name.ts';
import { viewOf } from '../run/ask.ts';
import type { Action, Io } from '../terminal/command.ts';
import { formatOf, optional } from '../terminal/values.ts';
import type { Reader } from '../records/reader.ts';
import { besideDryRun } from '../records/dry-run.ts';
import { manifestOf, recordsOf } from '../records/records.ts';
import { WorkersRecords } from '../records/worker-reader.ts';
import { isRestorePlan } from '../../model/restore.ts';
import { renderPlan, renderRestorePlan } from '../render/plan.ts';
import { removalScript, restoreScript } from '../render/script.ts';
import { describeIfKnown, withSession, type Session } from '../run/session.ts';

export const plan: Action = {
  async run({ positionals: [run = ''], values, json }, io) {
    const format = formatOf(values, json, ['table', 'json', 'sh']);
    const file = optional(values, 'html');
    if (file !== undefined && values['format'] !== undefined)
      throw new OffboardError('Usage', '--html: writes a page, which has no --format; leave one of them out');
    await withSession(io, async (session) => {
      const reader = new WorkersRecords(session);
      const planned = await planOf(session, reader, run);
      if (file === undefined) await tellPlan(reader, planned, run, format, io);
      else writePage(file, planned, json, io);
      if (json || format !== 'table') return;
      const beside = await besideDryRun(reader, planned.run, planned.plan);
      if (beside !== undefined) io.out(beside);
    });
  },
};

/** Shows the plan of a run, by whichever way its records are read. */
export async function tellPlan(reader: Reader, { run: journal, plan: found }: Planned, run: string, format: string, io: Io): Promise<void> {
  const hash = planHash(found);
  if (format === 'json') io.out(JSON.stringify({ hash, plan: found }));
  else if (format === 'table') io.out(isRestorePlan(found) ? renderRestorePlan(found, hash) : renderPlan(found, hash));
  else {
    const source = { run, hash, manifest: await manifestOf(reader, journal, found), now: new Date() };
    io.out(isRestorePlan(found) ? restoreScript({ ...source, plan: found }) : removalScript({ ...source, plan: found }));
  }
}

/** Writes the page that an approver reads, into a new file: what it shows has the hash that is told. Throws InvalidValue, UnreadableFile. */
function writePage(file: string, { run, lines, plan: found }: Planned, json: boolean, io: Io): void {
  const hash = planHash(found);
  try {
    writeNew(file, planPageOf(run, lines, found));
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (code === 'EEXIST')
      throw new OffboardError('InvalidValue', `--html: ${file} is there already, and stays as it is; name a new file, or move it away`, {
        cause,
      });
    throw new OffboardError('UnreadableFile', `--html: ${file} cannot be written (${code}); name another file`, { cause });
  }
  io.out(json ? JSON.stringify({ file: resolve(file), hash }) : `Written: ${resolve(file)}\nIt shows the plan ${hash}`);
}

/** A plan, the run whose it is, and what the records say of that. */
interface Planned {
  run: string;
  lines: JournalLine[];
  plan: Plan;
}

/** The plan in force of a run that is known by its records. Throws RunNotFound where there is none. */
export async function recordedPlan(reader: Reader, name: string): Promise<Planned> {
  const { run, lines, plan: found, summary } = await recordsOf(reader, name);
  if (found) return { run, lines, plan: found };
  const ended = summary.status === 'running' ? 'has no plan yet' : `ended (${summary.status}) without a plan`;
  throw new OffboardError('RunNotFound', `RUN: ${name} ${ended}; look at its report`, { next: [step('report', name)] });
}

/**
 * The plan in force, from the records of the run that Temporal has under this id: an earlier run's plan is never shown in its place. Where Temporal does
 * not know it any more, of the newest run on record. Throws RunNotFound.
 */
async function planOf(session: Session, reader: Reader, run: string): Promise<Planned> {
  const current = await journalOf(session, run);
  try {
    return await recordedPlan(reader, current?.journal ?? run);
  } catch (error) {
    if (!(error instanceof OffboardError) || error.code !== 'RunNotFound' || !current?.running || isDiscovery(run)) throw error;
    throw await notYet(session, run, error);
  }
}

/** The journal's name of the run that Temporal has under an id: needs no worker. */
async function journalOf(session: Session, workflowId: string): Promise<{ journal: string; running: boolean } | undefined> {
  const described = await describeIfKnown(session, workflowId);
  if (!described) return undefined;
  const first = described.raw.workflowExecutionInfo?.firstRunId || described.runId;
  return { journal: runName(workflowId, first), running: described.status.name === 'RUNNING' };
}

/** Why no plan of a run that goes on was found: not made yet, or in other records than those of the worker that answered. */
async function notYet(session: Session, run: string, error: OffboardError): Promise<OffboardError> {
  const view = await viewOf(session, run);
  if (view.planHash !== undefined) return error;
  const resume = view.paused ? [step('resume', run, '--by', 'NAME')] : [];
  return new OffboardError(
    'RunNotFound',
    `RUN: the plan of ${run} is not made yet (stage ${view.stage})${view.paused ? '; it is paused' : ''}; try again in a moment, or watch it`,
    { next: [...resume, step('watch', run)] },
  );
}
