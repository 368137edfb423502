import { namesOf } from '../../model/summary.ts';
import type { Action, Io } from '../terminal/command.ts';
import type { Reader } from '../records/reader.ts';
import { recordsOf, withRecords } from '../records/records.ts';
import { renderReport } from '../render/report.ts';

export const report: Action = {
  async run({ positionals: [run = ''], json }, io) {
    await withRecords(io.env, (reader) => tellReport(reader, run, json, io));
  },
};

/** Tells a run from its records, by whichever way they are read. Throws RunNotFound. */
export async function tellReport(reader: Reader, run: string, json: boolean, io: Io): Promise<void> {
  const { summary, lines } = await recordsOf(reader, run);
  const names = namesOf(lines);
  io.out(json ? JSON.stringify({ ...summary, names }, withoutProofs) : renderReport(summary, io.program, names));
}

/** Proofs stand in the evidence alone: an ID token is for nobody's log. */
const withoutProofs = (key: string, value: unknown): unknown => (key === 'proof' ? undefined : value);
