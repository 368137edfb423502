import type { Deps } from '../deps.ts';

/** Ends once the records of a run are here and can be written; fails, to be tried again, until then. */
export async function awaitRecords({ journal }: Deps, _: { run: string }): Promise<void> {
  await journal.store.probe();
}
