import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { OffboardError, undefinedIf } from '../../model/errors.ts';
import { isCalled } from '../../model/run-name.ts';
import { evidenceOf } from '../run/ask.ts';
import { withSession } from '../run/session.ts';
import { runsOnRecord } from './records.ts';

/**
 * The folder of evidence that `name` means: a folder, else of a run (workflow id or journal's name) the newest, below
 * OFFBOARD_EVIDENCE_DIR or `evidence` here, else where Temporal says that the worker wrote it. Throws RunNotFound.
 */
export async function evidenceFolder(env: NodeJS.ProcessEnv, name: string): Promise<string> {
  if (existsSync(name)) return name;
  const parent = resolve(env['OFFBOARD_EVIDENCE_DIR'] ?? 'evidence');
  const own = (entry: string) => isCalled(entry, name);
  // The journal's newest run is the one that is meant, even when its evidence lies elsewhere and an older one's lies here.
  const newest = (await runsOnRecord(env)).find(own) ?? namesIn(parent).findLast(own);
  const near = newest === undefined ? undefined : join(parent, newest);
  if (near !== undefined && existsSync(near)) return near;
  const written = await withSession(env, (session) => evidenceOf(session, name)).catch(undefinedIf((e) => e instanceof OffboardError));
  if (written !== undefined && existsSync(written)) return written;
  throw new OffboardError(
    'RunNotFound',
    `${name} is neither a folder nor a run with evidence in ${parent}${written === undefined ? '' : `; the worker wrote it to ${written}`}: name its folder, or set OFFBOARD_EVIDENCE_DIR`,
  );
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).toSorted() : [];
}
