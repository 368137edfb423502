import { canonical, sha256 } from '../../model/canonical.ts';
import type { JournalRecord, LedgerEntry } from '../../model/ledger.ts';
import { decrypt, encrypt, type KeyRing } from '../../security/keys.ts';

/**
 * One line of a run's records. `seq` counts from 1 without gaps; `previous` is the SHA-256 (hex) of the canonical JSON of the line before,
 * the first line's is 64 zeros. `at` is information: the order is that of `seq`.
 */
export interface JournalLine extends LedgerEntry {
  seq: number;
  previous: string;
}

/** What stands for the line before the first one. */
export const NO_LINE = '0'.repeat(64);

/** The end of a run's chain: the last line's `seq`, and the SHA-256 (hex) of its canonical JSON. */
export interface Head {
  seq: number;
  hash: string;
}

/** The head of a run of which nothing is written. */
export const NO_HEAD: Head = { seq: 0, hash: NO_LINE };

/** A line as it is stored: encrypted, bound to its run and place. */
export interface StoredLine {
  seq: number;
  hash: string;
  keyId: string;
  body: Uint8Array;
}

/** Records of one run that are to be written together. `id`: a UUID, by which they are found again after a lost answer. */
export interface Append {
  run: string;
  id: string;
  records: JournalRecord[];
}

/** Where an append came to stand. */
export interface Appended {
  before: Head;
  head: Head;
  at: string;
}

/** Pure but for the nonce: the lines that follow a head. Called in the transaction that writes them. */
export function follow(
  ring: KeyRing,
  run: string,
  before: Head,
  records: JournalRecord[],
  at: string,
): { lines: StoredLine[]; head: Head } {
  let head = before;
  const lines = records.map((record): StoredLine => {
    const line: JournalLine = { seq: head.seq + 1, at, previous: head.hash, record };
    const text = canonical(line);
    head = { seq: line.seq, hash: sha256(text) };
    const { keyId, data } = encrypt(ring, Buffer.from(text), context(run, line.seq));
    return { ...head, keyId, body: data };
  });
  return { lines, head };
}

/** Reads lines that follow `before`, one after the other. Throws what `damaged` makes of a line that was changed, is missing, or is another's. */
export function* readOn(
  ring: KeyRing,
  run: string,
  before: Head,
  stored: StoredLine[],
  damaged: (seq: number, why: string) => Error,
): Generator<JournalLine> {
  let head = before;
  for (const { seq, hash, keyId, body } of stored) {
    if (seq !== head.seq + 1) throw damaged(head.seq + 1, 'it is missing');
    const text = plain(ring, run, seq, keyId, body, damaged);
    const line = JSON.parse(text) as JournalLine;
    if (line.seq !== seq || line.previous !== head.hash || sha256(text) !== hash) throw damaged(seq, 'it does not follow the line before');
    head = { seq, hash };
    yield line;
  }
}

function plain(
  ring: KeyRing,
  run: string,
  seq: number,
  keyId: string,
  body: Uint8Array,
  damaged: (seq: number, why: string) => Error,
): string {
  // A key that is not here is no damage: it says so itself.
  if (!ring.keys.has(keyId)) return decrypt(ring, keyId, body, context(run, seq)).toString();
  try {
    return decrypt(ring, keyId, body, context(run, seq)).toString();
  } catch {
    throw damaged(seq, 'it was changed after it was written');
  }
}

const context = (run: string, seq: number): string => `${run} ${seq}`;
