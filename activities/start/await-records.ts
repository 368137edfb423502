import type { Deps } from '../deps.ts';
import { recordsFailure } from '../failures.ts';
import { troubleIn } from '../records/head.ts';

/** Ends once the records of a run are here and can be written; fails, to be tried again, until then. */
export async function awaitRecords({ journal }: Deps, _: { run: string }): Promise<void> {
  try {
    await journal.store.probe();
  } catch (error) {
    const trouble = troubleIn(error, journal.store.where);
    throw trouble ? recordsFailure(trouble, { again: true }) : error;
  }
}
