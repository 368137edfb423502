import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { canonical, sha256 } from '../../model/canonical.ts';
import { emptyLedger, record, type Ledger, type LedgerEntry, type JournalRecord } from '../../model/ledger.ts';
import { decrypt, encrypt, type KeyRing } from '../../security/keys.ts';

/**
 * One line of the journal. `previous` is the SHA-256 (hex) of the canonical JSON of the line before in the same segment; the first
 * line's is 64 zeros. A segment has one writer: a worker process begins one of its own for each run.
 */
export interface JournalLine extends LedgerEntry {
  segment: string;
  seq: number;
  previous: string;
}

/** What stands for the line before the first one of a segment. */
export const NO_LINE = '0'.repeat(64);

interface Segment {
  id: string;
  handle: FileHandle;
  seq: number;
  /** SHA-256 of the last line. */
  last: string;
  /** Time of the last line. */
  at: string;
}

/**
 * The append-only journal: one folder a run, one file a segment, one encrypted line a record, on disk (fsync) before `append`
 * returns. It outlives Temporal's database. Several workers may write: each has segments of its own.
 */
export class Journal {
  readonly #folder: string;
  readonly #ring: KeyRing;
  readonly #segments = new Map<string, Promise<Segment>>();
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(folder: string, ring: KeyRing) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
    this.#ring = ring;
  }

  /** Appends records of one run, in order. */
  async append(run: string, ...records: JournalRecord[]): Promise<void> {
    if (records.length === 0) return;
    const before = this.#queues.get(run) ?? Promise.resolve();
    const next = before.then(() => this.#write(run, records));
    this.#queues.set(
      run,
      next.catch(() => undefined),
    );
    await next;
  }

  async #write(run: string, records: JournalRecord[]): Promise<void> {
    let segment = this.#segments.get(run);
    if (!segment) this.#segments.set(run, (segment = this.#begin(run)));
    try {
      await this.#writeTo(await segment, run, records);
    } catch (error) {
      // What reached the disk is not known (it may be full): nothing may follow in this segment, the next append begins another.
      this.#segments.delete(run);
      await segment.then((s) => s.handle.close()).catch(() => undefined);
      throw error;
    }
  }

  async #writeTo(to: Segment, run: string, records: JournalRecord[]): Promise<void> {
    let text = '';
    for (const r of records) {
      // A clock that was set back must not change the order in which a segment is read.
      const now = new Date().toISOString();
      to.at = now > to.at ? now : to.at;
      const line: JournalLine = { segment: to.id, seq: to.seq++, at: to.at, previous: to.last, record: r };
      const plain = canonical(line);
      to.last = sha256(plain);
      const { keyId, data } = encrypt(this.#ring, Buffer.from(plain), run);
      text += `${keyId} ${data.toString('base64')}\n`;
    }
    await to.handle.appendFile(text);
    await to.handle.datasync();
  }

  async #begin(run: string): Promise<Segment> {
    const id = `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${randomUUID().slice(0, 8)}`;
    const folder = join(this.#folder, run);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return { id, handle: await open(join(folder, id), 'ax', 0o600), seq: 0, last: NO_LINE, at: '' };
  }

  /** Every line of a run, in order of time; empty when the run is not known. Throws when a line was changed or is missing. */
  lines(run: string): JournalLine[] {
    const folder = join(this.#folder, run);
    const all = segmentsIn(folder).flatMap((file) => this.#segmentLines(run, join(folder, file)));
    return all.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.segment.localeCompare(b.segment) || a.seq - b.seq));
  }

  #segmentLines(run: string, file: string): JournalLine[] {
    const texts = readFileSync(file, 'utf8').split('\n');
    // What follows the last newline is a line cut off by a crash: it was never acknowledged.
    texts.pop();
    let previous = NO_LINE;
    return texts.map((text) => {
      const [keyId, body] = text.split(' ') as [string, string];
      const plain = decrypt(this.#ring, keyId, Buffer.from(body, 'base64'), run).toString();
      const line = JSON.parse(plain) as JournalLine;
      if (line.previous !== previous) throw new Error(`journal ${file}: line ${line.seq} does not follow the line before`);
      previous = sha256(plain);
      return line;
    });
  }

  /** The journal of a run, folded. */
  ledger(run: string): Ledger {
    const ledger = emptyLedger();
    for (const line of this.lines(run)) record(ledger, line);
    return ledger;
  }

  /** Runs with a journal, newest first by name of their first segment. */
  runs(): string[] {
    const first = (run: string) => segmentsIn(join(this.#folder, run))[0] ?? '';
    return readdirSync(this.#folder).toSorted((a, b) => first(b).localeCompare(first(a)));
  }

  /** Closes the files it holds open. */
  async close(): Promise<void> {
    for (const segment of this.#segments.values()) await (await segment).handle.close();
    this.#segments.clear();
  }
}

function segmentsIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
