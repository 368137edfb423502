import { OffboardError } from '../../model/errors.ts';
import type { Append, Appended, Head, StoredLine } from './chain.ts';

/** An artifact as it is stored: encrypted, bound to its address. */
export interface StoredArtifact {
  keyId: string;
  body: Uint8Array;
}

/** That a run uses an artifact. */
export interface Use {
  run: string;
  address: string;
  there: boolean;
}

/**
 * Where records and artifacts lie: one database, of one engine. Each call is one transaction, durable when it resolves. Throws
 * RecordsUnavailable where the database cannot be asked now.
 */
export interface Store {
  /** Where it is, for people: a file, or a database without its password. */
  readonly where: string;
  /** A UUID that the database was given when it was made; it stays with its backups. */
  identity(): Promise<string>;
  /** Writes appends in their order, all or none; those of one run stand one after the other, whoever else writes at once. */
  append(appends: Append[]): Promise<Appended[]>;
  /** The run's head, and the lines after `seq`: all of them, or the first `most`. */
  tail(run: string, after: number, most?: number): Promise<{ head: Head; lines: StoredLine[] }>;
  /** The hash of one line; undefined where there is none. */
  hashAt(run: string, seq: number): Promise<string | undefined>;
  /** All runs, the one that began last first. */
  runs(): Promise<string[]>;
  /** Whether an artifact is there; notes that `run` uses it where it is. */
  uses(run: string, address: string): Promise<boolean>;
  putArtifact(run: string, address: string, artifact: StoredArtifact): Promise<void>;
  artifact(address: string): Promise<StoredArtifact | undefined>;
  /** How many artifacts there are. */
  count(): Promise<number>;
  /** The addresses of artifacts after one, in their order: the first `most`. */
  addresses(after: string, most: number): Promise<string[]>;
  /** Those of the addresses at which nothing is. */
  missing(addresses: string[]): Promise<string[]>;
  /** Which run uses which artifact, and whether that is there, after one of these: the first `most`. */
  usesAfter(run: string, address: string, most: number): Promise<Use[]>;
  /** Writes something and takes it away again: whether it can be written at all. */
  probe(): Promise<void>;
  /** Removes a run with its lines, and the artifacts that no other run uses. */
  remove(run: string): Promise<void>;
  close(): Promise<void>;
}

/** The database cannot be asked or written now: the disk is full, another has it, the server is away. The sentence names it and the mend. */
export class RecordsUnavailable extends Error {
  readonly where: string;
  readonly mend: string;
  constructor(where: string, what: string, mend: string, cause?: unknown) {
    super(`the records in ${where} ${what}`, { cause });
    this.name = 'RecordsUnavailable';
    this.where = where;
    this.mend = mend;
  }
}

/** A record or an artifact of a run is not what was written. */
export class RecordsDamaged extends Error {
  readonly run: string;
  constructor(run: string, what: string) {
    super(`${what} of ${run} is damaged`);
    this.name = 'RecordsDamaged';
    this.run = run;
  }
}

/** Refuses a database that a later version of this program has made. */
export function refuseNewer(where: string, version: number, known: number): void {
  if (version <= known) return;
  throw new OffboardError(
    'RecordsNewer',
    `the records in ${where} have the schema ${version}; this program knows ${known}: use the version of the program that made them, or a later one`,
  );
}
