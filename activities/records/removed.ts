import type { Ledger, LedgerEntry } from '../../model/ledger.ts';
import type { Plan } from '../../model/plan.ts';
import { removedItems, type Removed } from '../../model/restore.ts';
import { isCalled } from '../../model/run-name.ts';
import type { ArtifactStore } from './artifacts.ts';
import type { Journal } from './journal.ts';

/** What a run removed, from its journal and the plans it had. */
export interface RemovedByRun {
  ledger: Ledger;
  removed: Removed[];
  /** Its plans, oldest first. */
  plans: Plan[];
}

/** The newest run of a workflow id, or the run itself by its journal's name; undefined when there is none. */
export async function journalOf(journal: Journal, name: string, except?: string): Promise<string | undefined> {
  return (await journal.runs()).find((run) => run !== except && isCalled(run, name));
}

/** What runs removed, by journal and run, as of a head of their records. */
const kept = new WeakMap<Journal, Map<string, { head: string; removed: Removed[] }>>();

/** What a run removed; read anew only where its records went on since. Nobody may change what this gives. */
export async function removedKept(journal: Journal, artifacts: ArtifactStore, run: string): Promise<Removed[]> {
  const known = kept.get(journal) ?? new Map<string, { head: string; removed: Removed[] }>();
  kept.set(journal, known);
  const { seq, hash } = await journal.head(run);
  const head = `${seq} ${hash}`;
  const before = known.get(run);
  if (before?.head === head) return before.removed;
  const { removed } = await removedByRun(journal, artifacts, run);
  known.set(run, { head, removed });
  return removed;
}

/** Reads what a run removed itself. Works wherever the records lie: it asks no cloud. */
export async function removedByRun(journal: Journal, artifacts: ArtifactStore, run: string): Promise<RemovedByRun> {
  return await removedIn(journal, artifacts, run, await journal.lines(run));
}

/** The same, with what the runs removed that it adopted, and they in turn: all that a restore of it gives back. */
export async function removedWithAdopted(journal: Journal, artifacts: ArtifactStore, run: string): Promise<RemovedByRun> {
  const lines = await journal.lines(run);
  for (let of = (await journal.ledger(run)).adopted?.run; of !== undefined; of = (await journal.ledger(of)).adopted?.run)
    lines.unshift(...(await journal.lines(of)));
  return await removedIn(journal, artifacts, run, lines);
}

async function removedIn(journal: Journal, artifacts: ArtifactStore, run: string, lines: LedgerEntry[]): Promise<RemovedByRun> {
  return await removedFrom(await journal.ledger(run), lines, ({ artifact }) => artifacts.get<Plan>(artifact));
}

/** What was removed, by a run's ledger and its lines, those of runs it adopted before its own; `planAt` gets a plan that they name. */
export async function removedFrom(
  ledger: Ledger,
  lines: LedgerEntry[],
  planAt: (recorded: { planHash: string; artifact: string }) => Promise<Plan>,
): Promise<RemovedByRun> {
  const plans = new Map<string, Plan>();
  for (const { record: r } of lines) if (r.type === 'plan') plans.set(r.planHash, await planAt(r));
  return { ledger, removed: removedItems(lines, plans), plans: [...plans.values()] };
}
