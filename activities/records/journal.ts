import { randomUUID } from 'node:crypto';
import { Mutex } from 'async-mutex';
import { emptyLedger, record, type JournalRecord, type Ledger } from '../../model/ledger.ts';
import { undefinedIf } from '../../model/errors.ts';
import type { KeyRing } from '../../security/keys.ts';
import { NO_HEAD, readOn, type Append, type Appended, type Head, type JournalLine } from './chain.ts';
import { GroupCommit } from './group-commit.ts';
import { RecordsDamaged, type Store } from './store.ts';

/** A run's records, folded as far as they were read. */
interface Folded {
  ledger: Ledger;
  head: Head;
}

/** How many lines are read at once by whoever reads them in pieces. */
const MOST_LINES = 4_000;

/** After every line that there may be. */
const END = 2 ** 31 - 1;

type Tail = Awaited<ReturnType<Store['tail']>>;

/**
 * The append-only records of runs: one gapless chain a run, in the order that the database gives. What `append` wrote is durable when it
 * resolves. They outlive Temporal's database. Throws RecordsUnavailable, RecordsDamaged.
 */
export class Journal {
  readonly store: Store;
  readonly #ring: KeyRing;
  readonly #commits: GroupCommit<Append, Appended>;
  readonly #folded = new Map<string, Folded>();
  readonly #reading = new Mutex();
  /** Readings that have not begun yet. */
  readonly #next = new Map<string, Promise<Ledger>>();

  constructor(store: Store, ring: KeyRing) {
    this.store = store;
    this.#ring = ring;
    this.#commits = new GroupCommit((group) => store.append(group));
  }

  /** Appends records of one run, in order. */
  async append(run: string, ...records: JournalRecord[]): Promise<void> {
    if (records.length === 0) return;
    const { before, head, at } = await this.#commits.add({ run, id: randomUUID(), records });
    // Never while a reading is under way, which would go on from a head that is not its own.
    await this.#reading.runExclusive(async () => {
      const folded = this.#folded.get(run);
      // What a reading has taken in meanwhile is there.
      if (!folded || folded.head.seq >= head.seq) return;
      // Others wrote: whoever holds the ledger goes on at once by what was appended, such as an intent.
      if (!same(folded.head, before)) return void (await this.#upToDate(run));
      for (const r of records) record(folded.ledger, { at, record: r });
      folded.head = head;
    });
  }

  /** Every line of a run, in order; empty when the run is not known. */
  async lines(run: string): Promise<JournalLine[]> {
    return this.#verified(run, NO_HEAD, await this.store.tail(run, 0));
  }

  /** Every line of a run, in order, as `lines`, but never more than a piece of them in memory. */
  async *each(run: string): AsyncGenerator<JournalLine> {
    for (let before = NO_HEAD; ;) {
      const { head, lines } = await this.store.tail(run, before.seq, MOST_LINES);
      yield* readOn(this.#ring, run, before, lines, (seq, why) => damage(run, seq, why));
      before = lines.at(-1) ?? before;
      if (lines.length === MOST_LINES && before.seq !== head.seq) continue;
      if (!same(before, head)) throw damage(run, before.seq + 1, 'it is missing');
      return;
    }
  }

  /** The run's head and its lines after a number: four thousand, or as many as have `bytes` bytes together as they are stored; one at least. */
  async page(run: string, after: number, bytes: number): Promise<{ head: Head; lines: JournalLine[] }> {
    const { head, lines } = await this.store.tail(run, after, MOST_LINES);
    let size = 0;
    const some = lines.filter(({ body }, at) => (size += body.length) <= bytes || at === 0);
    const before = { seq: after, hash: after === 0 ? NO_HEAD.hash : ((await this.store.hashAt(run, after)) ?? '') };
    return { head, lines: [...readOn(this.#ring, run, before, some, (seq, why) => damage(run, seq, why))] };
  }

  /** The records of a run, folded. The same object each time, brought up to date: nobody but this class changes it. */
  async ledger(run: string): Promise<Ledger> {
    return await (this.#next.get(run) ?? this.#readNext(run));
  }

  /** The next reading of a run, for all who ask before it begins: many activities begin at once. */
  #readNext(run: string): Promise<Ledger> {
    const reading = this.#reading.runExclusive(async () => {
      this.#next.delete(run);
      return (await this.#upToDate(run)).ledger;
    });
    this.#next.set(run, reading);
    return reading;
  }

  /** The same; undefined where the run is damaged: that stops its own run, and whoever asks about others goes on without it. */
  async ledgerIfWhole(run: string): Promise<Ledger | undefined> {
    return await this.ledger(run).catch(undefinedIf((error) => error instanceof RecordsDamaged));
  }

  async #upToDate(run: string): Promise<Folded> {
    const known = this.#folded.get(run) ?? { ledger: emptyLedger(), head: NO_HEAD };
    const tail = await this.store.tail(run, known.head.seq);
    const follows = tail.lines.length > 0 ? await this.#isThere(run, known.head) : same(tail.head, known.head);
    return this.#fold(run, follows ? known : { ledger: emptyLedger(), head: NO_HEAD }, follows ? tail : await this.store.tail(run, 0));
  }

  /** Whether what was folded is part of what is stored now: another database may lie there since. */
  async #isThere(run: string, { seq, hash }: Head): Promise<boolean> {
    return seq === 0 || (await this.store.hashAt(run, seq)) === hash;
  }

  #fold(run: string, folded: Folded, tail: Tail): Folded {
    for (const line of this.#verified(run, folded.head, tail)) record(folded.ledger, line);
    folded.head = tail.head;
    this.#folded.set(run, folded);
    return folded;
  }

  #verified(run: string, before: Head, { head, lines }: Tail): JournalLine[] {
    const read = [...readOn(this.#ring, run, before, lines, (seq, why) => damage(run, seq, why))];
    const last = lines.at(-1) ?? before;
    if (!same(last, head)) throw damage(run, last.seq + 1, 'it is missing');
    return read;
  }

  async head(run: string): Promise<Head> {
    return (await this.store.tail(run, END)).head;
  }

  /** All runs, the one that began last first. */
  runs(): Promise<string[]> {
    return this.store.runs();
  }

  close(): Promise<void> {
    return this.store.close();
  }
}

const damage = (run: string, seq: number, why: string) => new RecordsDamaged(run, `record ${seq} (${why})`);

const same = (a: Head, b: Head): boolean => a.seq === b.seq && a.hash === b.hash;
