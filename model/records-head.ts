/** Where a run's records stood: the identity of their database, and the number and hash of the last record. `seq` is 0 before the first. */
export interface RecordsHead {
  store: string;
  seq: number;
  hash: string;
}

/** What an activity answers: its result, and the records as it left them. `stopped`: by these the run was paused, and nobody has let it go on. */
export interface Left<R> {
  result: R;
  head: RecordsHead;
  stopped?: true;
}

/** What an activity is given beside its input: the newest head that the run knows of. A caller that knows none begins the run. */
export interface Carried {
  head?: RecordsHead;
}

/** Why a worker cannot work on a run: what is wrong with the records, where, the mend; heads where they are not those of the run. */
export interface RecordsTrouble {
  what: string;
  where: string;
  mend: string;
  /** As the run left them. */
  expected?: RecordsHead;
  /** As they are there; absent where they hold nothing of the run, or cannot be asked. */
  found?: RecordsHead;
}

/** Pure: the newer of two heads of the same records. */
export function newest(a: RecordsHead | undefined, b: RecordsHead): RecordsHead {
  return a === undefined || b.seq > a.seq ? b : a;
}

/** Pure: how many records the run had left that are not there. */
export function lostRecords({ expected, found }: Pick<RecordsTrouble, 'expected' | 'found'>): number {
  return Math.max(0, (expected?.seq ?? 0) - (found?.seq ?? 0));
}
