import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { evidenceFiles, plansOf } from '../../activities/evidence/evidence.ts';
import { OffboardError, undefinedIf } from '../../model/errors.ts';
import { step } from '../../model/next-step.ts';
import { isCalled } from '../../model/run-name.ts';
import { evidenceOf } from '../run/ask.ts';
import type { Session } from '../run/session.ts';
import type { Reader } from './reader.ts';
import { planAt } from './records.ts';

/**
 * The folder of evidence that a run has on this machine: of its newest run below OFFBOARD_EVIDENCE_DIR or `evidence` here, else where the worker says
 * that it wrote it; undefined where it has none here.
 */
export async function evidenceNear(session: Session, reader: Reader, env: NodeJS.ProcessEnv, name: string): Promise<string | undefined> {
  const parent = resolve(env['OFFBOARD_EVIDENCE_DIR'] ?? 'evidence');
  const known = await reader.linesOf(name).catch(undefinedIf((e) => e instanceof OffboardError));
  // The newest run is the one that is meant, even when its evidence lies elsewhere and an older one's lies here.
  const newest = known?.run ?? namesIn(parent).findLast((entry) => isCalled(entry, name));
  const near = newest === undefined ? undefined : join(parent, newest);
  if (near !== undefined && existsSync(near)) return near;
  const written = await evidenceOf(session, name).catch(undefinedIf((e) => e instanceof OffboardError));
  return written !== undefined && existsSync(written) ? written : undefined;
}

/** The evidence of a run that has ended, made anew from its records. Throws NotAllowed for one that goes on, and what `reader` throws. */
export async function evidenceFrom(reader: Reader, name: string): Promise<{ run: string; files: Map<string, string> }> {
  const { run, lines } = await reader.linesOf(name);
  if (lines.at(-1)?.record.type !== 'run-ended')
    throw new OffboardError('NotAllowed', `RUN: ${run} has not ended: its evidence is made when it does`, { next: [step('status', name)] });
  const plans = await plansOf(lines, (recorded) => planAt(reader, run, recorded));
  return { run, files: evidenceFiles(run, lines, plans).files };
}

/** Writes evidence into a new folder. Throws InvalidValue where something is there, UnreadableFile. */
export function writeEvidence(folder: string, files: Map<string, string>): void {
  if (existsSync(folder)) throw new OffboardError('InvalidValue', `FOLDER: ${folder} is there already; name a new one`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      for (const [name, text] of files) writeFileSync(join(folder, name), text, { mode: 0o600 });
    } catch (error) {
      // A part of evidence is none, and would be in the way of the next try.
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  } catch (error) {
    throw new OffboardError('UnreadableFile', `FOLDER: ${folder} cannot be written to (${(error as Error).message}); name another`, {
      cause: error,
    });
  }
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).toSorted() : [];
}
