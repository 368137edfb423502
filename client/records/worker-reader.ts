import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { NO_LINE, type JournalLine } from '../../activities/records/chain.ts';
import { canonical, sha256 } from '../../model/canonical.ts';
import { FAILURES, OffboardError } from '../../model/errors.ts';
import { step } from '../../model/next-step.ts';
import { isDiscovery } from '../../model/run-name.ts';
import type { Piece, Place, ReadInput } from '../../model/reading.ts';
import type { reading } from '../../workflows/reading.ts';
import { refusalIn } from '../run/ask.ts';
import { requireWorker, type Session } from '../run/session.ts';
import type { Reader } from './reader.ts';

/** Parts that are read at once. */
const AT_ONCE = 4;

/** The records as a worker reads them: needs the server and the payload keys, and neither the run's workflow nor the database. */
export class WorkersRecords implements Reader {
  readonly #session: Session;
  #worker: Promise<void> | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  async linesOf(name: string): Promise<{ run: string; lines: JournalLine[] }> {
    demandRun(name);
    const { first, text } = await this.#read({ name });
    const lines = text.split('\n').filter(Boolean);
    let previous = NO_LINE;
    const read = lines.map((line, i) => {
      const parsed = JSON.parse(line) as JournalLine;
      if (parsed.seq !== i + 1 || parsed.previous !== previous || canonical(parsed) !== line) throw damaged(first, `record ${i + 1}`);
      previous = sha256(line);
      return parsed;
    });
    if (lines.length !== first.size || previous !== (first.head ?? '')) throw damaged(first, `record ${lines.length}`);
    return { run: first.run, lines: read };
  }

  async artifact(run: string, address: string): Promise<string> {
    const { first, text } = await this.#read({ name: run, artifact: address });
    if (sha256(text) !== address) throw damaged(first, `artifact ${address}`);
    return text;
  }

  /** Reads to the end that the first piece tells: what is written meanwhile is not part of it. */
  async #read(what: Pick<ReadInput, 'name' | 'artifact'>): Promise<{ first: Piece; text: string }> {
    const first = await this.#ask({ ...what, from: { line: 0, byte: 0 } });
    const ranges = first.next ? rangesFrom(first.next, first.size, what.artifact === undefined) : [];
    const rest = await Promise.all(ranges.map((range) => this.#range({ ...what, name: first.run, ...range })));
    return { first, text: Buffer.concat([plain(first), ...rest]).toString() };
  }

  async #range(range: ReadInput): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let from: Place | undefined = range.from; from;) {
      const piece: Piece = await this.#ask({ ...range, from });
      parts.push(plain(piece));
      from = piece.next;
    }
    return Buffer.concat(parts);
  }

  async #ask(input: ReadInput): Promise<Piece> {
    const { client, taskQueue } = this.#session;
    await (this.#worker ??= this.#requireWorker(input.name));
    try {
      return await client.workflow.execute<typeof reading>('reading', {
        workflowId: `reading-${randomUUID()}`,
        taskQueue,
        args: [input],
        workflowExecutionTimeout: '1m',
      });
    } catch (error) {
      throw error instanceof WorkflowFailedError ? inWords(input.name, error) : error;
    }
  }

  async #requireWorker(name: string): Promise<void> {
    try {
      await requireWorker(this.#session);
    } catch (error) {
      if (!(error instanceof OffboardError)) throw error;
      const message = `${error.message}; without one, the records are read on the machine that has them`;
      throw new OffboardError(error.code, message, { cause: error, next: [step('records', 'report', name)] });
    }
  }
}

/** Throws RunNotFound for a name that no run has: what a person typed, before a worker is asked. */
function demandRun(name: string): void {
  if (isDiscovery(name))
    throw new OffboardError('RunNotFound', `RUN: ${name} is a discovery: it has no plan and keeps no records; look at what it found`, {
      next: [step('inventory', name)],
    });
  if (!/^(offboarding|restore)-[\w-]{1,200}$/.test(name))
    throw new OffboardError('RunNotFound', `RUN: ${name} is the name of no run; look at those there are`, { next: [step('list')] });
}

/** What is left, in a few parts of one size that are read at once, each piece by piece. */
function rangesFrom(next: Place, size: number, lines: boolean): { from: Place; until: number }[] {
  const at = lines ? next.line : next.byte;
  const share = Math.max(1, Math.ceil((size - at) / AT_ONCE));
  const begins = Array.from({ length: Math.ceil((size - at) / share) }, (_, n) => at + n * share);
  return begins.map((begin, n) => {
    const from = n === 0 ? next : lines ? { line: begin, byte: 0 } : { line: 0, byte: begin };
    return { from, until: Math.min(begin + share, size) };
  });
}

const plain = ({ data }: Piece): Buffer => gunzipSync(Buffer.from(data, 'base64'));

function damaged({ run, where }: Piece, what: string): OffboardError {
  return new OffboardError(
    'RecordsDamaged',
    `${run}: ${what}, as the worker sent it from ${where}, is not what was written: look at its records`,
    {
      next: [step('records', 'check')],
    },
  );
}

/** Why a reading ended without an answer. */
function inWords(name: string, error: WorkflowFailedError): unknown {
  const cause = error.cause instanceof ActivityFailure ? error.cause.cause : error.cause;
  if (cause instanceof ApplicationFailure && cause.type === FAILURES.invalid) return refusalIn(cause, name, error);
  if (cause instanceof ApplicationFailure && cause.type === FAILURES.records)
    return new OffboardError('NoRecords', `the worker cannot read its records: ${cause.message}`, { cause: error });
  if (cause instanceof TimeoutFailure)
    return new OffboardError('NoWorker', `no worker read the records of ${name} in time; look at the worker's log`, { cause: error });
  return error;
}
