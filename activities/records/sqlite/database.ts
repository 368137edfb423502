import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { messageOf, OffboardError } from '../../../model/errors.ts';
import type { KeyRing } from '../../../security/keys.ts';
import { follow, NO_HEAD, type Append, type Appended, type Head, type StoredLine } from '../chain.ts';
import { RecordsUnavailable, refuseNewer, type StoredArtifact, type Use } from '../store.ts';
import { MIGRATIONS } from './schema.ts';

/** How long a process waits for another's transaction, in ms. */
const BUSY_MS = 10_000;

/** What SQLite takes for no limit. */
const ALL = -1;

/** File systems on which the locks of one machine do not hold for another (statfs, Linux). */
const NETWORK: Record<number, string> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xfe534d42: 'SMB',
  0xff534d42: 'CIFS',
  0x01021997: '9P',
  0x00c36400: 'Ceph',
  0x5346414f: 'AFS',
};

/** Refuses a network file system where it can be told. Throws NoRecords. */
export function refuseNetwork(file: string, typeOf: (folder: string) => number = (folder) => statfsSync(folder).type): void {
  const kind = process.platform === 'linux' ? NETWORK[typeOf(dirname(file))] : undefined;
  if (kind === undefined) return;
  throw new OffboardError(
    'NoRecords',
    `${file} lies on a network file system (${kind}), where SQLite's locks do not hold: set OFFBOARD_HOME to a local folder, or OFFBOARD_RECORDS to a PostgreSQL database`,
  );
}

interface Opened {
  db: DatabaseSync;
  inode: number;
  statements: Map<string, StatementSync>;
}

/** The SQLite file, opened in this thread; each call is one transaction. A file that was put in its place is opened instead. */
export class SqliteDatabase {
  readonly #file: string;
  readonly #ring: KeyRing;
  #open: Opened | undefined;
  #known = false;

  /** `create`: a file that is not there is made. */
  constructor(file: string, ring: KeyRing, create: boolean) {
    this.#file = file;
    this.#ring = ring;
    if (create) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    else if (!existsSync(file)) throw this.#gone();
    refuseNetwork(file);
    this.#do(() => (this.#known = true));
  }

  identity(): string {
    return this.#do(() => (this.#get('SELECT identity FROM store') as { identity: string }).identity);
  }

  append(appends: Append[]): Appended[] {
    const at = new Date().toISOString();
    return this.#write(() =>
      appends.map(({ run, id, records }) => {
        const before = this.#headOf(run);
        const { lines, head } = follow(this.#ring, run, before, records, at);
        if (before.seq === 0)
          this.#run('INSERT INTO runs (run, place, seq, hash) SELECT ?, coalesce(max(place), 0) + 1, 0, ? FROM runs', run, before.hash);
        for (const { seq, hash, keyId, body } of lines)
          this.#run('INSERT INTO lines (run, seq, hash, append, key, body) VALUES (?, ?, ?, ?, ?, ?)', run, seq, hash, id, keyId, body);
        this.#run('UPDATE runs SET seq = ?, hash = ? WHERE run = ?', head.seq, head.hash, run);
        return { before, head, at };
      }),
    );
  }

  tail(run: string, after: number, most = ALL): { head: Head; lines: StoredLine[] } {
    const sql = 'SELECT seq, hash, key AS keyId, body FROM lines WHERE run = ? AND seq > ? ORDER BY seq LIMIT ?';
    return this.#read(() => ({
      head: this.#headOf(run),
      lines: this.#all(sql, run, after, most).map((row) => ({ ...(row as unknown as StoredLine) })),
    }));
  }

  hashAt(run: string, seq: number): string | undefined {
    return this.#do(() => (this.#get('SELECT hash FROM lines WHERE run = ? AND seq = ?', run, seq) as { hash: string } | undefined)?.hash);
  }

  runs(): string[] {
    return this.#do(() => this.#all('SELECT run FROM runs ORDER BY place DESC').map((r) => (r as { run: string }).run));
  }

  uses(run: string, address: string): boolean {
    const there = this.#do(() => this.#get('SELECT 1 FROM artifacts WHERE address = ?', address) !== undefined);
    if (there) this.#write(() => this.#run('INSERT OR IGNORE INTO uses (run, address) VALUES (?, ?)', run, address));
    return there;
  }

  putArtifact(run: string, address: string, { keyId, body }: StoredArtifact): void {
    this.#write(() => {
      this.#run('INSERT OR IGNORE INTO artifacts (address, key, body) VALUES (?, ?, ?)', address, keyId, body);
      this.#run('INSERT OR IGNORE INTO uses (run, address) VALUES (?, ?)', run, address);
    });
  }

  artifact(address: string): StoredArtifact | undefined {
    return this.#do(() => {
      const row = this.#get('SELECT key AS keyId, body FROM artifacts WHERE address = ?', address);
      return row && { ...(row as unknown as StoredArtifact) };
    });
  }

  count(): number {
    return this.#do(() => (this.#get('SELECT count(*) AS count FROM artifacts') as { count: number }).count);
  }

  addresses(after: string, most: number): string[] {
    const sql = 'SELECT address FROM artifacts WHERE address > ? ORDER BY address LIMIT ?';
    return this.#do(() => this.#all(sql, after, most).map((r) => (r as { address: string }).address));
  }

  missing(addresses: string[]): string[] {
    return this.#read(() => addresses.filter((a) => this.#get('SELECT 1 FROM artifacts WHERE address = ?', a) === undefined));
  }

  usesAfter(run: string, address: string, most: number): Use[] {
    const sql = `SELECT u.run, u.address, a.address IS NOT NULL AS there FROM uses u LEFT JOIN artifacts a ON a.address = u.address
      WHERE (u.run, u.address) > (?, ?) ORDER BY u.run, u.address LIMIT ?`;
    return this.#do(() =>
      this.#all(sql, run, address, most).map((row) => {
        const use = row as { run: string; address: string; there: number };
        return { ...use, there: use.there === 1 };
      }),
    );
  }

  remove(run: string): void {
    this.#write(() => {
      this.#run('DELETE FROM lines WHERE run = ?', run);
      this.#run('DELETE FROM runs WHERE run = ?', run);
      this.#run(
        'DELETE FROM artifacts WHERE address IN (SELECT address FROM uses WHERE run = ?1) AND address NOT IN (SELECT address FROM uses WHERE run <> ?1)',
        run,
      );
      this.#run('DELETE FROM uses WHERE run = ?', run);
    });
  }

  probe(): void {
    this.#write(() => this.#run('INSERT INTO probe (body) VALUES (zeroblob(65536))'));
    this.#write(() => this.#run('DELETE FROM probe'));
  }

  /** Writes a copy into a new file. The records are only read: what cannot be written is the copy. Throws UnreadableFile. */
  backup(file: string): void {
    this.identity();
    this.#do(() => {
      try {
        this.#run('VACUUM INTO ?', file);
      } catch (error) {
        const { errcode = 0 } = error as { errcode?: number };
        const what = WRITING.includes(errcode & 0xff) || errcode === 778 ? causeOf(errcode)?.[0] : undefined;
        if (what === undefined) throw error;
        throw new OffboardError('UnreadableFile', `FILE: ${what}; name a new file where there is room and that may be written`, {
          cause: error,
        });
      }
    });
    chmodSync(file, 0o600);
  }

  /** Whether nobody else has the file open: only the last one can leave write-ahead logging, and with it the files beside. */
  alone(): boolean {
    const { db } = this.#database();
    try {
      db.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE');
      return true;
    } catch {
      return false;
    }
  }

  close(): void {
    this.#open?.db.close();
    this.#open = undefined;
  }

  #headOf(run: string): Head {
    const row = this.#get('SELECT seq, hash FROM runs WHERE run = ?', run) as Head | undefined;
    return row ? { seq: row.seq, hash: row.hash } : NO_HEAD;
  }

  /** What is read and then written must be one: another process could write between the two. */
  #write<T>(work: () => T): T {
    return this.#transaction('BEGIN IMMEDIATE', work);
  }

  #read<T>(work: () => T): T {
    return this.#transaction('BEGIN', work);
  }

  #transaction<T>(begin: string, work: () => T): T {
    return this.#do(() => {
      const { db } = this.#database();
      db.exec(begin);
      try {
        const result = work();
        db.exec('COMMIT');
        return result;
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #do<T>(work: () => T): T {
    try {
      this.#database();
      return work();
    } catch (error) {
      throw this.#inWords(error);
    }
  }

  #all(sql: string, ...values: Values): Record<string, unknown>[] {
    return this.#statement(sql).all(...values);
  }

  #get(sql: string, ...values: Values): Record<string, unknown> | undefined {
    return this.#statement(sql).get(...values);
  }

  #run(sql: string, ...values: Values): void {
    this.#statement(sql).run(...values);
  }

  #statement(sql: string): StatementSync {
    const { db, statements } = this.#database();
    const known = statements.get(sql);
    if (known) return known;
    const statement = db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  }

  #database(): Opened {
    const inode = this.#inode();
    if (this.#open && this.#open.inode === inode) return this.#open;
    this.close();
    // What was there once is not made anew: an empty database in its place would look like one in which nothing ever happened.
    if (inode === undefined && this.#known) throw this.#gone();
    const db = new DatabaseSync(this.#file, { timeout: BUSY_MS });
    try {
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
      chmodSync(this.#file, 0o600);
      this.#migrate(db);
    } catch (error) {
      db.close();
      throw error;
    }
    const opened = { db, inode: this.#inode() ?? 0, statements: new Map<string, StatementSync>() };
    this.#open = opened;
    return opened;
  }

  #migrate(db: DatabaseSync): void {
    const version = () => Number(Object.values(db.prepare('PRAGMA user_version').get() ?? {})[0]);
    refuseNewer(this.#file, version(), MIGRATIONS.length);
    if (version() === MIGRATIONS.length) return;
    db.exec('BEGIN IMMEDIATE');
    // Another process may have done it while this one waited.
    for (let next = version(); next < MIGRATIONS.length; next++) {
      db.exec(MIGRATIONS[next] ?? '');
      if (next === 0) db.prepare('INSERT INTO store (identity) VALUES (?)').run(randomUUID());
      db.exec(`PRAGMA user_version = ${next + 1}`);
    }
    db.exec('COMMIT');
  }

  #inode(): number | undefined {
    return statSync(this.#file, { throwIfNoEntry: false })?.ino;
  }

  #gone(): RecordsUnavailable {
    return new RecordsUnavailable(this.#file, 'are not there', 'put the file back, or set OFFBOARD_HOME to the folder that holds it');
  }

  #inWords(error: unknown): Error {
    if (error instanceof RecordsUnavailable || error instanceof OffboardError) return error;
    const { errcode = 0 } = error as { errcode?: number };
    const known = causeOf(errcode);
    // What SQLite does not name is a fault of ours.
    if (!known) return error instanceof Error ? error : new Error(messageOf(error));
    return new RecordsUnavailable(this.#file, known[0], known[1], error);
  }
}

type Values = (string | number | Uint8Array)[];

/** SQLite's result codes, some of them extended, that say something of the file or the machine: what it is, and the mend. */
const CAUSES: Record<number, [string, string]> = {
  3: ['may not be opened', 'give the worker the right to read and write the file and its folder'],
  5: ['are locked by another process', 'end what holds the file open; a backup is made by `records backup`'],
  6: ['are locked by another process', 'end what holds the file open; a backup is made by `records backup`'],
  8: ['cannot be written: the file is read-only', 'give the worker the right to write the file and its folder'],
  10: ['cannot be read or written: the disk answers with an error', 'look after the disk; then put a backup back if the file is damaged'],
  11: ['are damaged as a whole', 'put a backup back by `records restore`'],
  13: ['cannot be written: the disk is full', 'free space there'],
  14: ['cannot be opened', 'give the worker the right to read and write the file and its folder'],
  // A write that failed for any reason but a full disk.
  778: [
    'cannot be written: the file may grow no more (a quota, or a limit of its size), or the disk answers with an error',
    'raise the quota or the limit, or free space there; where neither is reached, look after the disk',
  ],
  26: ['are not an SQLite database', 'put a backup back by `records restore`, or set OFFBOARD_HOME to the folder that holds them'],
};

/** Codes of what is about the file that is written. */
const WRITING = [3, 8, 13, 14];

function causeOf(errcode: number): [string, string] | undefined {
  return CAUSES[errcode] ?? CAUSES[errcode & 0xff];
}
