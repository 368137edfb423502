import type { JournalLine } from '../../activities/records/chain.ts';

/** Reads records, by whichever way they are reached, and vouches for what it gives: the chain of the lines, the hash of each artifact. */
export interface Reader {
  /** All lines of a run, in order: of a workflow id's newest run, or of the run that is named. Throws RunNotFound, RecordsDamaged. */
  linesOf(name: string): Promise<{ run: string; lines: JournalLine[] }>;
  /** The canonical JSON of an artifact that the run names, by its address. Throws RecordsDamaged, NotAllowed. */
  artifact(run: string, address: string): Promise<string>;
}
