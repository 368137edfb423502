import type { RecordsHead, RecordsTrouble } from '../../model/records-head.ts';
import type { Journal } from './journal.ts';
import { RecordsDamaged, RecordsUnavailable } from './store.ts';

/** The records of a run as they stand now. */
export async function recordsHead(journal: Journal, run: string): Promise<RecordsHead> {
  const [store, head] = await Promise.all([journal.store.identity(), journal.head(run)]);
  return { store, ...head };
}

/**
 * What is wrong with the records here for a run that left `expected`; undefined when they go on from there. Another database, one that was put back,
 * and one that went another way since, all lack what the run has done: nothing may be judged by them.
 */
export async function troubleOf(journal: Journal, run: string, expected: RecordsHead): Promise<RecordsTrouble | undefined> {
  const { store } = journal;
  const [here, hash] = await Promise.all([recordsHead(journal, run), expected.seq === 0 ? expected.hash : store.hashAt(run, expected.seq)]);
  if (here.store !== expected.store) {
    const mend =
      'give it the records that the run began with (OFFBOARD_HOME, OFFBOARD_RECORDS), or start a worker that has them; the run then goes on by itself';
    return trouble(store.where, 'the worker has other records than this run', mend, expected, here);
  }
  if (hash === expected.hash) return undefined;
  const newer = 'put the newer records back; the run then goes on by itself';
  const what =
    here.seq < expected.seq
      ? `the records end with number ${here.seq}, the run had written ${expected.seq}: an older copy was put back, or what was written last was lost`
      : `the records differ from number ${expected.seq} on from what the run had written: two copies went on from one`;
  return trouble(
    store.where,
    what,
    here.seq > 0 ? `${newer}; or, if they are lost for good, an approver accepts that` : newer,
    expected,
    here,
  );
}

function trouble(where: string, what: string, mend: string, expected: RecordsHead, found: RecordsHead): RecordsTrouble {
  return { what, where, mend, expected, ...(found.seq > 0 ? { found } : {}) };
}

/** What an error says of the records; undefined for any other. */
export function troubleIn(error: unknown, where: string): RecordsTrouble | undefined {
  if (error instanceof RecordsUnavailable)
    return { what: error.message, where: error.where, mend: `${error.mend}; the run then goes on by itself` };
  if (error instanceof RecordsDamaged)
    return { what: error.message, where, mend: 'put a backup back (`records restore`); no other run is touched' };
  return undefined;
}
