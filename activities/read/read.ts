import { z } from 'zod';
import { canonical } from '../../model/canonical.ts';
import { OffboardError } from '../../model/errors.ts';
import { step } from '../../model/next-step.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { Plan } from '../../model/plan.ts';
import type { Piece, Place, ReadInput } from '../../model/reading.ts';
import { isCalled, workflowIdOf } from '../../model/run-name.ts';
import type { Deps } from '../deps.ts';
import type { JournalLine } from '../records/chain.ts';
import { journalOf } from '../records/removed.ts';
import { RecordsDamaged } from '../records/store.ts';
import { MOST_PLAIN, pieceOf } from './piece.ts';

type Reads = Pick<Deps, 'journal' | 'artifacts'>;

const COUNT = z.int().min(0);
const INPUT = z.strictObject({
  name: z.string().regex(/^(offboarding|restore|discovery)-[\w-]{1,200}$/),
  artifact: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  from: z.strictObject({ line: COUNT, byte: COUNT }),
  until: COUNT.optional(),
});

/**
 * Reads a piece of a run's records, or of an artifact that the run names; changes nothing. Whoever may ask is whoever has the payload keys. Throws
 * InvalidValue, RunNotFound, NotAllowed, RecordsDamaged.
 */
export async function readRecords(deps: Reads, asked: unknown): Promise<Piece> {
  const { success, data } = INPUT.safeParse(asked);
  if (!success) throw new OffboardError('InvalidValue', 'RUN: is neither the name of a run nor a workflow id of one');
  const input = data as ReadInput;
  try {
    return input.artifact === undefined ? await readLines(deps, input) : await readArtifact(deps, input, input.artifact);
  } catch (error) {
    if (!(error instanceof RecordsDamaged)) throw error;
    const next = [step('records', 'restore', 'FILE')];
    throw new OffboardError('RecordsDamaged', `${input.name}: ${error.message}; put a backup back`, { cause: error, next });
  }
}

async function readLines({ journal }: Reads, { name, from, until }: ReadInput): Promise<Piece> {
  const run = await runCalled(journal, name);
  const { head, lines } = await journal.page(run, from.line, MOST_PLAIN);
  const last = Math.min(until ?? head.seq, head.seq);
  const wanted = lines.filter((l) => l.seq <= last).map((l) => `${canonical(l)}\n`);
  const { data, bytes } = pieceOf(Buffer.from(wanted.join('')), from.byte);
  const to = placeAfter(wanted, from, bytes);
  return { run, where: journal.store.where, data, size: head.seq, head: head.hash, ...(to.line < last ? { next: to } : {}) };
}

/** Where the bytes after a place end. */
function placeAfter(lines: string[], from: Place, bytes: number): Place {
  let left = from.byte + bytes;
  let { line } = from;
  for (const text of lines) {
    const size = Buffer.byteLength(text);
    if (left < size) break;
    left -= size;
    line++;
  }
  return { line, byte: left };
}

async function readArtifact(deps: Reads, { name, from, until }: ReadInput, address: string): Promise<Piece> {
  const inventory = name.startsWith('discovery-');
  const run = inventory ? name : await runCalled(deps.journal, name);
  if (!inventory && !(await namesIt(deps, run, address))) throw notNamed(run, address);
  const text = await deps.artifacts.text(address);
  if (inventory && !isInventoryOf(name, text)) throw notNamed(run, address);
  const whole = Buffer.from(text);
  const { data, bytes } = pieceOf(whole.subarray(0, until ?? whole.length), from.byte);
  const next = from.byte + bytes;
  const more = bytes > 0 && next < Math.min(until ?? whole.length, whole.length);
  return { run, where: deps.journal.store.where, data, size: whole.length, ...(more ? { next: { line: 0, byte: next } } : {}) };
}

async function runCalled(journal: Reads['journal'], name: string): Promise<string> {
  const run = await journalOf(journal, name);
  if (run !== undefined) return run;
  throw new OffboardError(
    'RunNotFound',
    `RUN: the worker's records in ${journal.store.where} hold no run ${name}; name one they hold, or start a worker that has them`,
    { next: [step('list')] },
  );
}

function notNamed(run: string, address: string): OffboardError {
  return new OffboardError('NotAllowed', `artifact: ${address} is no manifest, plan or inventory of ${run}; ask for one that it names`);
}

/** Whether a run's records name an artifact: its manifest, a plan of it, or the manifest that a plan was made for. */
async function namesIt({ journal, artifacts }: Reads, run: string, address: string): Promise<boolean> {
  const { manifest, planArtifact } = await journal.ledger(run);
  if (address === manifest || address === planArtifact) return true;
  const lines: JournalLine[] = await journal.lines(run);
  const plans = new Set(lines.flatMap(({ record: r }) => (r.type === 'plan' ? [r.artifact] : [])));
  if (plans.has(address)) return true;
  for (const plan of plans) if ((await artifacts.get<Plan>(plan)).manifestHash === address) return true;
  return false;
}

/** A discovery writes no records: its inventory says itself which tenant's it is. */
function isInventoryOf(name: string, text: string): boolean {
  const { version, scope } = JSON.parse(text) as Partial<Inventory>;
  const id: unknown = scope?.tenant?.id;
  return version === 1 && typeof id === 'string' && isCalledDiscovery(name, id);
}

function isCalledDiscovery(name: string, tenantId: string): boolean {
  const id = workflowIdOf('discovery', tenantId);
  return name === id || isCalled(name, id);
}
