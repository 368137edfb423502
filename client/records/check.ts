import { checkRecords, type Checked, type Progress } from '../../activities/records/check/check.ts';
import type { Records } from '../../activities/records/open.ts';
import { counted } from '../../model/counted.ts';
import { EXIT_CODES } from '../../model/errors.ts';
import type { Io } from '../terminal/command.ts';

/** How often it is said how far the check is, in ms. */
const EVERY_MS = 2_000;

/** How much of one run is named; the JSON has all of it. */
const MOST_NAMED = 10;

/** Names each run whose records or artifacts are not whole, and what that means; resolves to the exit code. */
export async function check(there: Records, json: boolean, io: Io): Promise<number> {
  const found = await checkRecords(there, everySoOften(io));
  if (json) io.out(JSON.stringify(found));
  else io.out(tellChecked(there.store.where, found));
  return isWhole(found) ? 0 : EXIT_CODES.RecordsDamaged;
}

function isWhole({ damaged, unused }: Checked): boolean {
  return damaged.length + unused.length === 0;
}

function tellChecked(where: string, found: Checked): string {
  const counts = `${counted(found.records, 'record')} of ${counted(found.runs, 'run')}, ${counted(found.artifacts, 'artifact')}`;
  if (isWhole(found)) return `${where}: ${counts}: whole and unchanged.`;
  return [
    `${where}: ${counts}; damaged:`,
    ...found.damaged.flatMap(({ run, what }) => [
      `  ${run}`,
      ...what.slice(0, MOST_NAMED).map((d) => `    ${d.what}: ${d.means}`),
      ...(what.length > MOST_NAMED ? [`    and ${what.length - MOST_NAMED} more: --json names all`] : []),
    ]),
    ...found.unused.slice(0, MOST_NAMED).map((what) => `  ${what}: no run uses it`),
    'No other run is touched by it. Put a backup back.',
  ].join('\n');
}

/** A large database is read for minutes: whoever waits is told how far it is. */
function everySoOften(io: Io): (progress: Progress) => void {
  let last = Date.now();
  return ({ what, done, of }) => {
    if (Date.now() - last < EVERY_MS) return;
    last = Date.now();
    io.err(`${done} of ${counted(of, what.slice(0, -1))} read\n`);
  };
}
