import type { Records } from '../../activities/records/open.ts';
import { openRecords } from '../../activities/records/open.ts';
import { journalOf } from '../../activities/records/removed.ts';
import { RecordsDamaged, RecordsUnavailable } from '../../activities/records/store.ts';
import { OffboardError } from '../../model/errors.ts';
import { workersKeys } from '../../security/keys.ts';
import type { Reader } from './reader.ts';

/** The records of this machine, or of the database that OFFBOARD_RECORDS names: needs no worker and no server. */
export class StoresRecords implements Reader {
  readonly #records: Records;

  constructor(records: Records) {
    this.#records = records;
  }

  async linesOf(name: string): ReturnType<Reader['linesOf']> {
    const { journal, store } = this.#records;
    const run = await journalOf(journal, name);
    if (run !== undefined) return { run, lines: await journal.lines(run) };
    throw new OffboardError(
      'RunNotFound',
      `RUN: the records in ${store.where} hold no run ${name}; set OFFBOARD_HOME to the worker's folder`,
    );
  }

  artifact(_run: string, address: string): Promise<string> {
    return this.#records.artifacts.text(address);
  }
}

/** Opens the records themselves; makes no file. Throws NoKeys, NoRecords, RecordsDamaged. */
export async function withStore<T>(env: NodeJS.ProcessEnv, work: (records: Records) => Promise<T>): Promise<T> {
  try {
    const records = await openRecords(env, workersKeys(env));
    try {
      return await work(records);
    } finally {
      await records.store.close();
    }
  } catch (error) {
    if (error instanceof RecordsUnavailable) throw new OffboardError('NoRecords', `${error.message}; ${error.mend}`, { cause: error });
    if (error instanceof RecordsDamaged) throw new OffboardError('RecordsDamaged', `${error.message}; put a backup back`, { cause: error });
    throw error;
  }
}
