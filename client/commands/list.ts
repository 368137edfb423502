import type { WorkflowExecutionInfo } from '@temporalio/client';
import { OffboardError } from '../../model/errors.ts';
import { spell, step } from '../../model/next-step.ts';
import { awaitingAttribute, phaseAttribute } from '../../workflows/search-attributes.ts';
import { isDiscovery } from '../../model/run-name.ts';
import { resultOf, startRefusalOf, viewIfAnswered } from '../run/ask.ts';
import { listed } from '../run/listed.ts';
import type { Action } from '../terminal/command.ts';
import { waitingFor, type Shown } from '../render/waiting.ts';
import { hasWorker, withSession, type Session } from '../run/session.ts';

/** Offboardings and what gives things back. */
const RUNS = `(WorkflowType = 'offboarding' OR WorkflowType = 'restore')`;

/** Changes nothing and waits for nobody, but a person wonders where it is. */
const ALL = `(WorkflowType = 'offboarding' OR WorkflowType = 'restore' OR WorkflowType = 'discovery')`;

/** How many runs are asked at once: each is a round trip. */
const AT_ONCE = 10;

/** How long one run is waited for: a list is read by a person. */
const VIEW_WITHIN_MS = 5_000;

interface Row {
  workflowId: string;
  runId: string;
  /** Temporal's own word. */
  state: string;
  /** How it ended, as the run says it: a denied run completed for Temporal, but not for anybody else. */
  result?: string;
  phase: string;
  awaiting: string;
  started: string;
  /** With --awaiting only. */
  waits?: Shown[];
}

export const list: Action = {
  async run({ values, json }, io) {
    return await withSession(io, async (session) => {
      const rows = values['awaiting'] ? await waitingRows(session) : await allRows(session);
      if (json) io.out(JSON.stringify(rows));
      else if (rows.length > 0) io.out(rows.map((row) => tell(row, io.program)).join('\n'));
      else if (values['awaiting']) io.out('No offboarding waits for anybody.');
      else io.out(`No offboarding is known here. Start one: ${spell(step('start', 'MANIFEST', '--by', 'NAME'), io.program)}`);
    });
  },
};

async function allRows(session: Session): Promise<Row[]> {
  return await eachOf(session, ALL, async (row) => {
    if (isDiscovery(row.workflowId)) return { ...row, awaiting: 'nobody' };
    if (row.state === 'running') return row;
    const result = await howItEnded(session, row);
    return result === undefined ? row : { ...row, result };
  });
}

/** One answer that is not taken must not hide the other runs. */
async function howItEnded(session: Session, { workflowId, runId, state }: Row): Promise<string | undefined> {
  try {
    const ended = await resultOf(session, workflowId, runId);
    if (ended !== undefined) return ended.status;
  } catch (error) {
    if (error instanceof OffboardError && error.code === 'AnswerRefused') return 'answer-refused';
    throw error;
  }
  return state === 'failed' && (await startRefusalOf(session, workflowId, runId)) ? 'start-refused' : undefined;
}

async function waitingRows(session: Session): Promise<Row[]> {
  // Only a worker can tell whom a run waits for; without one what the search attributes say must do.
  const asks = await hasWorker(session);
  const rows = await eachOf(session, `${RUNS} AND ExecutionStatus = 'Running'`, async (row) => {
    if (!asks) return row;
    const view = await viewIfAnswered(session, row.workflowId, VIEW_WITHIN_MS);
    if (view === undefined) return row;
    const waits = waitingFor(view);
    return { ...row, awaiting: waits.length > 0 ? waits.map((w) => w.whom).join('; ') : 'nobody', waits };
  });
  return rows.filter((r) => r.awaiting !== 'nobody');
}

async function eachOf(session: Session, query: string, complete: (row: Row) => Promise<Row>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const w of listed(session, query)) rows.push(rowOf(w));
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    rows.splice(at, AT_ONCE, ...(await Promise.all(rows.slice(at, at + AT_ONCE).map(complete))));
  }
  return rows;
}

function rowOf(w: WorkflowExecutionInfo): Row {
  return {
    workflowId: w.workflowId,
    runId: w.runId,
    state: w.status.name.toLowerCase(),
    phase: w.typedSearchAttributes.get(phaseAttribute) ?? '',
    awaiting: w.typedSearchAttributes.get(awaitingAttribute) ?? 'unknown',
    started: w.startTime.toISOString(),
  };
}

function tell(r: Row, program: string): string {
  const first = `${r.workflowId}  ${r.result ?? r.state}  ${r.phase}  since ${r.started}  run ${r.runId}`;
  if (r.state !== 'running') return first;
  if (r.waits === undefined) return `${first}\n  waits for: ${r.awaiting}`;
  return [
    first,
    ...r.waits.flatMap((w) => [
      `  waits for ${w.whom}: ${w.what}${w.until ? `, until ${w.until}` : ''}`,
      ...w.next.map((n) => `    ${spell(n, program)}`),
    ]),
  ].join('\n');
}
