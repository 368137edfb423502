import { vi } from 'vitest';
import type { JournalRecord } from '../../model/ledger.ts';
import type { Stage } from './stage.ts';

/** Has the activity that writes the next such record fail once that is written, as if its worker died then. */
export function loseAnswer({ deps: { journal } }: Stage, of: (record: JournalRecord) => boolean): void {
  const append = journal.append.bind(journal);
  const spy = vi.spyOn(journal, 'append').mockImplementation(async (run, ...records) => {
    await append(run, ...records);
    if (!records.some(of)) return;
    spy.mockRestore();
    throw new Error('the worker died');
  });
}
