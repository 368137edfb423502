import { existsSync } from 'node:fs';
import { OffboardError } from '../../model/errors.ts';
import { step } from '../../model/next-step.ts';
import { evidenceFrom, evidenceNear, writeEvidence } from '../records/evidence-folder.ts';
import { withRecords } from '../records/records.ts';
import { verifyEvidence, verifyFolder, type Verified } from '../records/verify-evidence.ts';
import { WorkersRecords } from '../records/worker-reader.ts';
import { withSession } from '../run/session.ts';
import type { Action, Io } from '../terminal/command.ts';

export const evidence: Action = {
  async run({ positionals: [verb = '', name = '', ...rest], json }, io) {
    if (verb === 'verify' && rest.length === 0) return tell(await verify(io.env, name), json, io);
    const [folder] = rest;
    if (verb === 'fetch' && folder !== undefined && rest.length === 1) return tell(await fetched(io.env, name, folder), json, io);
    if (verb === 'verify' || verb === 'fetch')
      throw new OffboardError(
        'Usage',
        verb === 'verify' ? 'evidence verify takes one folder or run' : 'evidence fetch takes a run and a new folder',
        {
          next: [verb === 'verify' ? step('evidence', 'verify', 'FOLDER') : step('evidence', 'fetch', 'RUN', 'FOLDER')],
        },
      );
    throw new OffboardError('Usage', `${verb} is nothing to do with evidence; evidence can be verified, or fetched`, {
      next: [step('evidence', 'verify', 'FOLDER'), step('evidence', 'fetch', 'RUN', 'FOLDER')],
    });
  },
};

interface Judged extends Verified {
  /** A folder, or the run whose records were read. */
  of: { folder: string } | { run: string };
}

async function verify(env: NodeJS.ProcessEnv, name: string): Promise<Judged> {
  if (existsSync(name)) return { of: { folder: name }, ...verifyFolder(name) };
  return await withSession(env, async (session) => {
    const reader = new WorkersRecords(session);
    const folder = await evidenceNear(session, reader, env, name);
    if (folder !== undefined) return { of: { folder }, ...verifyFolder(folder) };
    const { run, files } = await evidenceFrom(reader, name).catch((error: unknown) => {
      if (!(error instanceof OffboardError) || error.code !== 'RunNotFound') throw error;
      const message = `${name} is neither a folder nor a run with evidence here: name its folder, or set OFFBOARD_EVIDENCE_DIR (${error.message})`;
      throw new OffboardError('RunNotFound', message, { cause: error });
    });
    return { of: { run }, ...verifyEvidence((file) => files.get(file) ?? '') };
  });
}

async function fetched(env: NodeJS.ProcessEnv, name: string, folder: string): Promise<Judged> {
  const { files } = await withRecords(env, (reader) => evidenceFrom(reader, name));
  writeEvidence(folder, files);
  return { of: { folder }, ...verifyFolder(folder) };
}

function tell({ of, ...found }: Judged, json: boolean, io: Io): void {
  if (json) return io.out(JSON.stringify({ ...of, ok: true, ...found }));
  const begun = found.restores > 0 ? `${found.restores} restores` : `${found.removals} removals`;
  const [what, page] = 'folder' in of ? [of.folder, '; index.html shows just that'] : [`the records of ${of.run}, read by the worker`, ''];
  io.out(`${what}: whole and unchanged; ${found.lines} journal lines, ${begun} begun, each approved before${page}.`);
}
