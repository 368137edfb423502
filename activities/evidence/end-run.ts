import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RunStatus } from '../../model/names.ts';
import type { Reason } from '../../model/next-step.ts';
import type { PhaseCounts } from '../../model/outcome.ts';
import type { Plan } from '../../model/plan.ts';
import type { RunSummary } from '../../model/summary.ts';
import { firstOfAll } from '../../model/summary-words.ts';
import { parseRunName } from '../../model/run-name.ts';
import { visible } from '../../model/visible.ts';
import { EVIDENCE_NAMESPACE, SIGNATURE, SUMS, sumsOf, WORKER_KEY } from '../../model/evidence-signature.ts';
import type { Deps } from '../deps.ts';
import { notAuthorized } from '../failures.ts';
import { unproved } from '../../model/ending.ts';
import { currentPlan } from '../records/plans.ts';
import { evidenceFiles, plansOf } from './evidence.ts';

export interface EndRunInput extends Reason {
  run: string;
  status: RunStatus;
}

export interface EndRunResult {
  /** Folder of the evidence, absolute. */
  evidence: string;
  /** What it ended with, by its records. */
  status: RunStatus;
  reason: string;
  phases: PhaseCounts[];
  leftovers: string[] | null;
  /** Told first of all, in words: what Permissions Management can still act as, and what the manifest left out; empty for nothing. */
  first: string[];
}

/** A result stays small: the evidence names all. */
const MOST_TOLD = 20;

/** Ends a run in the journal and writes its evidence. */
export async function endRun(deps: Deps, input: EndRunInput): Promise<EndRunResult> {
  const { run } = input;
  if ((await deps.journal.ledger(run)).ended === undefined)
    await deps.journal.append(run, { type: 'run-ended', ...(await proved(deps, { ...input, reason: visible(input.reason) })) });
  const { folder, summary } = await writeEvidence(deps, run);
  const { status, reason, phases, leftovers } = summary;
  deps.log.info({ run, status, evidence: folder }, 'run ended');
  return {
    evidence: folder,
    status: status === 'running' ? 'failed' : status,
    reason,
    phases,
    leftovers,
    first: firstOfAll(summary, MOST_TOLD),
  };
}

/** Writes the evidence of a run that has ended (`evidence.json`, `index.html`, `plan.json`, `journal.jsonl`), and signs it. */
export async function writeEvidence(deps: Deps, run: string): Promise<{ folder: string; summary: RunSummary }> {
  if (!parseRunName(run)) throw notAuthorized('run: is not the name of a run; no folder is made by it');
  const lines = await deps.journal.lines(run);
  const plans = await plansOf(lines, ({ artifact }) => deps.artifacts.get<Plan>(artifact));
  const { evidence, files } = evidenceFiles(run, lines, plans);
  const { summary } = evidence;
  const folder = resolve(deps.evidenceFolder, run);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const sums = sumsOf(files);
  const signed = [
    [SUMS, sums],
    [SIGNATURE, deps.signing.sign(sums, EVIDENCE_NAMESPACE)],
    [WORKER_KEY, `${deps.signing.publicKey}\n`],
  ] as const;
  for (const [name, text] of [...files, ...signed]) {
    await writeFile(join(folder, `${name}.next`), text, { mode: 0o600, flush: true });
    await rename(join(folder, `${name}.next`), join(folder, name));
  }
  return { folder, summary };
}

/** The ending that is claimed, or that its records do not bear it out. */
async function proved(deps: Deps, { run, ...ending }: EndRunInput): Promise<Reason & { status: RunStatus }> {
  const ledger = await deps.journal.ledger(run);
  const records = (await deps.journal.lines(run)).map((l) => l.record);
  const why = unproved(ending.status, records, ledger, await currentPlan(deps, ledger));
  return why === undefined ? ending : { status: 'failed', reason: `said to be ${ending.status}, which its records do not show: ${why}` };
}
