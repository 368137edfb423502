import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NO_LINE, type JournalLine } from '../../activities/records/chain.ts';
import { evidenceOf, planFile, planHashes } from '../../activities/evidence/evidence.ts';
import { evidencePage } from '../../activities/evidence/page.ts';
import { canonical, sha256 } from '../../model/canonical.ts';
import { OffboardError } from '../../model/errors.ts';
import type { Gate } from '../../model/names.ts';
import { unproved } from '../../model/ending.ts';
import { emptyLedger, record } from '../../model/ledger.ts';
import { planHash, type Plan } from '../../model/plan.ts';
import { gatesBefore } from '../../model/wave.ts';
import type { Evidence } from '../../model/summary.ts';

/** Files of evidence by name. Throws EvidenceBroken for one that is not there. */
export type ReadFile = (name: string) => string;

/** Verifies a folder of evidence from its files alone. Throws EvidenceBroken; UnreadableFile where there is no evidence at all. */
export function verifyFolder(folder: string): Verified {
  requireEvidence(folder);
  return verifyEvidence((name) => read(folder, name));
}

export interface Verified {
  lines: number;
  removals: number;
  restores: number;
}

/**
 * Verifies evidence: every journal line follows the one before, the heads are those told, the plan has its hash, each removal or restore was planned and
 * approved before, the summary says what the journal says, and the page shows just that. Throws EvidenceBroken.
 */
export function verifyEvidence(file: ReadFile): Verified {
  const evidence = parse<Evidence>('evidence.json', file('evidence.json'));
  const lines = file('journal.jsonl')
    .split('\n')
    .filter(Boolean)
    .map((l) => parse<JournalLine>('journal.jsonl', l));
  checkChain(evidence, lines);
  const plans = planHashes(lines).map((hash) => {
    const name = hash === evidence.summary.planHash ? 'plan.json' : planFile(hash);
    const found = parse<Plan>(name, file(name));
    if (planHash(found) !== hash) broken(`${name} does not have the hash that the journal names`);
    return found;
  });
  const plan = plans.at(-1);
  if (canonical(evidenceOf(evidence.run, lines, plans)) !== canonical(evidence)) broken('evidence.json does not say what the journal says');
  checkEnding(evidence, lines, plan);
  const begun = checkApprovals(lines, plan);
  if (file('index.html') !== evidencePage(evidence)) broken('index.html does not show what evidence.json says');
  const restores = lines.some(({ record: r }) => r.type === 'run-started' && r.restores !== undefined);
  return { lines: lines.length, removals: restores ? 0 : begun, restores: restores ? begun : 0 };
}

function checkChain({ journal }: Evidence, lines: JournalLine[]): void {
  let previous = NO_LINE;
  for (const [i, line] of lines.entries()) {
    if (line.seq !== i + 1 || line.previous !== previous) broken(`line ${i + 1} of journal.jsonl does not follow the line before`);
    previous = sha256(canonical(line));
  }
  if (lines.length !== journal.lines || previous !== journal.head)
    broken('journal.jsonl does not end with the line that evidence.json names');
}

/** What it is said to have ended with follows from the journal. */
function checkEnding({ summary }: Evidence, lines: JournalLine[], plan: Plan | undefined): void {
  const ledger = emptyLedger();
  for (const line of lines) record(ledger, line);
  const why =
    ledger.ended &&
    unproved(
      ledger.ended,
      lines.map((l) => l.record),
      ledger,
      plan,
    );
  if (why !== undefined) broken(`the run is said to be ${summary.status}, which the journal does not show: ${why}`);
}

/**
 * Every intent comes after the approvals its phase needs, of the plan it names; those of the plan in force name items of it. Returns how
 * many there are.
 */
function checkApprovals(lines: JournalLine[], plan: Plan | undefined): number {
  const approved = new Set<string>();
  const inForce = plan && { hash: planHash(plan), items: new Set(plan.items.map((i) => i.id)) };
  let begun = 0;
  let restores = false;
  for (const { record: r } of lines) {
    if (r.type === 'run-started') restores = r.restores !== undefined;
    if (r.type === 'decision' && r.decision.kind === 'approve') approved.add(`${r.decision.gate} ${r.decision.planHash}`);
    if (r.type !== 'intent') continue;
    begun++;
    // Plans before the one in force are not here: of their waves nothing can be said.
    const known = inForce?.hash === r.planHash ? plan : undefined;
    const gates: Gate[] = restores ? ['restore'] : gatesBefore(known ?? { items: [], pilot: [] }, { id: r.item, phase: r.phase });
    const missing = gates.find((gate) => !approved.has(`${gate} ${r.planHash}`));
    if (missing) broken(`${r.item} was begun before gate ${missing} approved plan ${r.planHash}`);
    if (inForce?.hash === r.planHash && !inForce.items.has(r.item)) broken(`${r.item} was begun and is not in the plan`);
  }
  return begun;
}

const FILES = ['evidence.json', 'journal.jsonl', 'plan.json', 'index.html'];

/** A folder without any of the files is a slip of the pen; one that lacks some of them was tampered with. */
function requireEvidence(folder: string): void {
  if (FILES.some((name) => existsSync(join(folder, name)))) return;
  throw new OffboardError('UnreadableFile', `${folder} holds no evidence (${FILES.join(', ')}); name a folder of evidence`);
}

function read(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOENT') broken(`${name} is missing`);
    throw new OffboardError('UnreadableFile', `${join(folder, name)} cannot be read (${code}); mend its permissions`, { cause: error });
  }
}

function parse<T>(name: string, text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    return broken(`${name} is not JSON`);
  }
}

function broken(what: string): never {
  throw new OffboardError('EvidenceBroken', `${what}; this evidence was changed or is incomplete`);
}
