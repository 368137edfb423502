import { existsSync } from 'node:fs';
import { OffboardError } from '../../model/errors.ts';
import { step } from '../../model/next-step.ts';
import { evidenceFrom, evidenceNear, writeEvidence } from '../records/evidence-folder.ts';
import { withRecords } from '../records/records.ts';
import { verifyEvidence, verifyFolder, type Verified } from '../records/verify-evidence.ts';
import { WorkersRecords } from '../records/worker-reader.ts';
import { withSession } from '../run/session.ts';
import { homeOf, readText } from '../../security/files.ts';
import { loadSigningKey } from '../../security/signing.ts';
import { keysIn } from '../../model/evidence-signature.ts';
import { optional, type Values } from '../terminal/values.ts';
import type { Action, Io } from '../terminal/command.ts';

export const evidence: Action = {
  async run({ positionals: [verb = '', name = '', ...rest], values, json }, io) {
    if (verb === 'key' && rest.length === 0 && name === '') return io.out(loadSigningKey(signingKeyHere(io.env), io.env).publicKey);
    if (verb === 'verify' && name !== '' && rest.length === 0) return tell(await verify(io.env, name, trusted(values)), json, io);
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

async function verify(env: NodeJS.ProcessEnv, name: string, trust?: string[]): Promise<Judged> {
  if (existsSync(name)) return { of: { folder: name }, ...verifyFolder(name, trust) };
  return await withSession({ env }, async (session) => {
    const reader = new WorkersRecords(session);
    const folder = await evidenceNear(session, reader, env, name);
    if (folder !== undefined) return { of: { folder }, ...verifyFolder(folder, trust) };
    if (trust !== undefined)
      throw new OffboardError(
        'RunNotFound',
        `${name}: its evidence is not on this machine, and what a worker reads from its records is not signed: name the folder`,
      );
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

/** The keys of the file that --trust names. Throws InvalidValue, UnreadableFile. */
function trusted(values: Values): string[] | undefined {
  const file = optional(values, 'trust');
  if (file === undefined) return undefined;
  try {
    const keys = keysIn(readText(file, 'name a file with a public key a line'));
    if (keys.length > 0) return keys;
  } catch (error) {
    if (error instanceof SyntaxError) throw new OffboardError('InvalidValue', `--trust ${file}: ${error.message}`, { cause: error });
    throw error;
  }
  throw new OffboardError('InvalidValue', `--trust ${file}: holds no key; write a line of a .pub file for each`);
}

/** Never made here: it would be nobody's. */
function signingKeyHere(env: NodeJS.ProcessEnv): string {
  const { signing } = homeOf(env);
  if (env['OFFBOARD_SIGNING_KEY'] === undefined && !existsSync(signing))
    throw new OffboardError(
      'NoKeys',
      `${signing} is not there: type this where the worker runs, as its user; the key is made when it first starts`,
    );
  return signing;
}

function signedWords({ signed }: Verified): string {
  if (signed === undefined) return ' No worker signed it.';
  return signed.trusted
    ? ' A worker signed all files with a key that you trust.'
    : ` It was signed with ${signed.key}: --trust FILE says whether that is a worker's.`;
}

function tell({ of, files: _, ...found }: Judged, json: boolean, io: Io): void {
  if (json) return io.out(JSON.stringify({ ...of, ok: true, ...found }));
  const begun = found.restores > 0 ? `${found.restores} restores` : `${found.removals} removals`;
  const [what, page] = 'folder' in of ? [of.folder, '; index.html shows just that'] : [`the records of ${of.run}, read by the worker`, ''];
  io.out(
    `${what}: whole and unchanged; ${found.lines} journal lines, ${begun} begun, each approved before${page}.${signedWords({ ...found, files: [] })}`,
  );
}
