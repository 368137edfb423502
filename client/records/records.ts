import type { RecordedPlan } from '../../activities/evidence/evidence.ts';
import type { JournalLine } from '../../activities/records/chain.ts';
import { removedFrom, type RemovedByRun } from '../../activities/records/removed.ts';
import { OffboardError } from '../../model/errors.ts';
import type { Inventory } from '../../model/inventory.ts';
import { emptyLedger, record, type Ledger } from '../../model/ledger.ts';
import type { Manifest } from '../../model/manifest.ts';
import { planHash, type Plan } from '../../model/plan.ts';
import { summarize, type RunSummary } from '../../model/summary.ts';
import { withSession } from '../run/session.ts';
import type { Reader } from './reader.ts';
import { WorkersRecords } from './worker-reader.ts';

/** What the records tell of a run, whether Temporal still knows it or not. */
export interface RunRecords {
  run: string;
  lines: JournalLine[];
  summary: RunSummary;
  plan: Plan | undefined;
}

/** Reads by a worker, over a session that is closed afterwards. Throws NoServer, NoKeys. */
export async function withRecords<T>(env: NodeJS.ProcessEnv, work: (reader: Reader) => Promise<T>): Promise<T> {
  return await withSession({ env }, (session) => work(new WorkersRecords(session)));
}

/** The newest run of a workflow id, or the run itself by its own name. Throws RunNotFound and what `reader` throws. */
export async function recordsOf(reader: Reader, name: string): Promise<RunRecords> {
  const { run, lines } = await reader.linesOf(name);
  const last = lines.findLast(({ record: r }) => r.type === 'plan')?.record;
  const plan = last?.type === 'plan' ? await planAt(reader, run, last) : undefined;
  return { run, lines, summary: summarize(lines, plan), plan };
}

/** What a run removed, and the runs that it adopted, as its restore would find it. Throws as recordsOf. */
export async function removalsOf(reader: Reader, name: string): Promise<RemovedByRun & { run: string }> {
  const { run, lines } = await reader.linesOf(name);
  const ledger = foldedOf(lines);
  const all = [{ run, lines }];
  for (let of = ledger.adopted?.run; of !== undefined;) {
    const earlier = await reader.linesOf(of);
    all.unshift(earlier);
    of = foldedOf(earlier.lines).adopted?.run;
  }
  const nameOf = new Map(all.flatMap((a) => a.lines.flatMap(({ record: r }) => (r.type === 'plan' ? [[r.artifact, a.run] as const] : []))));
  const planIn = (recorded: RecordedPlan) => planAt(reader, nameOf.get(recorded.artifact) ?? run, recorded);
  return {
    run,
    ...(await removedFrom(
      ledger,
      all.flatMap((a) => a.lines),
      planIn,
    )),
  };
}

function foldedOf(lines: JournalLine[]): Ledger {
  const ledger = emptyLedger();
  for (const line of lines) record(ledger, line);
  return ledger;
}

/** The manifest that a plan of a run was made for. Throws as recordsOf. */
export async function manifestOf(reader: Reader, run: string, plan: Plan): Promise<Manifest> {
  return JSON.parse(await reader.artifact(run, plan.manifestHash)) as Manifest;
}

/** What a discovery found. Throws as recordsOf. */
export async function inventoryAt(reader: Reader, discovery: string, address: string): Promise<Inventory> {
  return JSON.parse(await reader.artifact(discovery, address)) as Inventory;
}

/** A plan as it was recorded: what is approved is its hash, and not where it lies. */
export async function planAt(reader: Reader, run: string, recorded: RecordedPlan): Promise<Plan> {
  const plan = JSON.parse(await reader.artifact(run, recorded.artifact)) as Plan;
  if (planHash(plan) === recorded.planHash) return plan;
  throw new OffboardError(
    'RecordsDamaged',
    `${run}: the plan that was sent does not have the hash ${recorded.planHash}; look at the worker's records`,
  );
}
