import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NO_LINE, type JournalLine } from '../../activities/records/chain.ts';
import { evidenceFiles, evidenceOf, planFile, planHashes } from '../../activities/evidence/evidence.ts';
import { canonical, sha256 } from '../../model/canonical.ts';
import { OffboardError } from '../../model/errors.ts';
import { gatesOfRestore } from '../../model/approval.ts';
import type { Gate } from '../../model/names.ts';
import { unproved } from '../../model/ending.ts';
import { emptyLedger, record } from '../../model/ledger.ts';
import { planHash, type Plan } from '../../model/plan.ts';
import { gatesBefore } from '../../model/wave.ts';
import { SIGNING_FILES } from '../../model/evidence-signature.ts';
import type { Evidence } from '../../model/summary.ts';
import { visible } from '../../model/visible.ts';
import { broken } from './broken.ts';
import type { ReadFile } from './read-file.ts';
import { checkOrder } from './verify-order.ts';
import { verifySignature, type Signed } from './verify-signature.ts';
import { Decisions } from './verify-decisions.ts';

/**
 * Verifies a folder of evidence from its files alone. `trust`: one of these keys must have signed it. Throws EvidenceBroken; UnreadableFile where there is no evidence
 * at all.
 */
export function verifyFolder(folder: string, trust?: readonly string[]): Verified {
  requireEvidence(folder);
  const file = (name: string) => read(folder, name);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const signed = verifySignature(names, file, trust);
  const verified = verifyEvidence(file);
  const known = [...verified.files, ...SIGNING_FILES];
  const added = names.find((name) => !known.includes(name));
  if (added !== undefined) broken(`${visible(added)} does not belong to it`);
  return { ...verified, ...(signed ? { signed } : {}) };
}

export interface Verified {
  lines: number;
  removals: number;
  restores: number;
  /** Names of the files that make it up. */
  files: string[];
  /** Absent where no worker signed it. */
  signed?: Signed;
}

/**
 * Verifies evidence: every journal line follows the one before, the heads are those told, the plan has its hash, each removal or restore was planned and
 * approved before, the summary says what the journal says, and the page shows just that. Throws EvidenceBroken.
 */
export function verifyEvidence(file: ReadFile): Verified {
  const evidence = parse<Evidence>('evidence.json', file('evidence.json'));
  const lines = linesIn(file('journal.jsonl'));
  checkChain(evidence, lines);
  const plans = planHashes(lines).map((hash) => {
    const name = hash === evidence.summary.planHash ? 'plan.json' : planFile(hash);
    const found = parse<Plan>(name, file(name));
    if (planHash(found) !== hash) broken(`${name} does not have the hash that the journal names`);
    return found;
  });
  const plan = plans.at(-1);
  if (canonical(evidenceOf(evidence.run, lines, plans)) !== canonical(evidence)) broken('evidence.json does not say what the journal says');
  // A field that stands there twice is read as it stands last, by us.
  if (file('evidence.json') !== JSON.stringify(evidence, undefined, 2)) broken('evidence.json is not written as it is when a run ends');
  checkEnding(evidence, lines, plan);
  const begun = checkApprovals(evidence.run, lines, plan);
  // Of each file there is one right text. The journal's own is what all the others are made of.
  const { files } = evidenceFiles(evidence.run, lines, plans);
  for (const [name, text] of files)
    if (name !== 'journal.jsonl' && name !== 'evidence.json' && file(name) !== text) broken(`${name} does not say what the journal says`);
  checkOrder(lines, plans);
  const restores = lines.some(({ record: r }) => r.type === 'run-started' && r.restores !== undefined);
  return { lines: lines.length, removals: restores ? 0 : begun, restores: restores ? begun : 0, files: [...files.keys()] };
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
function checkApprovals(run: string, lines: JournalLine[], plan: Plan | undefined): number {
  const decisions = new Decisions(run);
  const inForce = plan && { hash: planHash(plan), items: new Set(plan.items.map((i) => i.id)) };
  let begun = 0;
  for (const { at, record: r } of lines) {
    const unproved = decisions.take(at, r);
    if (unproved !== undefined) broken(unproved);
    if (r.type !== 'intent') continue;
    begun++;
    // Plans before the one in force are not here: of their waves nothing can be said.
    const known = inForce?.hash === r.planHash ? plan : undefined;
    const gates: Gate[] = decisions.restores
      ? gatesOfRestore(decisions)
      : gatesBefore(known ?? { items: [], pilot: [] }, { id: r.item, phase: r.phase });
    const why = gates.flatMap((gate) => decisions.uncovered(gate, r.planHash, at) ?? [])[0];
    if (why !== undefined) broken(`${r.item} was begun ${why}`);
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

/** Lines as they were written: what is spelled in another way was not. */
function linesIn(text: string): JournalLine[] {
  return text
    .split('\n')
    .slice(0, text.endsWith('\n') ? -1 : undefined)
    .map((written, at) => {
      const line = parse<JournalLine>('journal.jsonl', written);
      if (canonical(line) !== written) broken(`line ${at + 1} of journal.jsonl is not written as a line is`);
      return line;
    });
}

function parse<T>(name: string, text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    return broken(`${name} is not JSON`);
  }
}
