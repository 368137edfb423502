import { randomUUID } from 'node:crypto';
import { closeSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { OffboardError } from '../model/errors.ts';

/** Where this machine keeps what outlives a process: OFFBOARD_HOME, else `~/.offboard`. Workers and clients that share it share keys and records. */
export interface Home {
  folder: string;
  /** Payload keys, shared by clients and workers. */
  keys: string;
  /** The workers' private key for one-time passwords: workers only. */
  sealing: string;
  /** The workers' private key that evidence is signed with: workers only. */
  signing: string;
  /** The records, where they lie in a file of this machine. */
  records: string;
}

export function homeOf(env: NodeJS.ProcessEnv = process.env): Home {
  const folder = resolve(env['OFFBOARD_HOME'] ?? join(homedir(), '.offboard'));
  return {
    folder,
    keys: join(folder, 'keys.json'),
    sealing: join(folder, 'worker', 'sealing.json'),
    signing: join(folder, 'worker', 'signing.pem'),
    records: join(folder, 'records.sqlite'),
  };
}

/** A file that a person names: a manifest, policy or estate, else `mend` says what to name. Throws UnreadableFile, which begins with `label`. */
export function readText(file: string, mend = 'name a readable YAML file', label = file): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw new OffboardError('UnreadableFile', `${label} cannot be read (${code}); ${mend}`, { cause: error });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new OffboardError('UnreadableFile', `${label} is not text in UTF-8; save it as that, or ${mend}`, { cause: error });
  }
}

/** Writes a new file that only its owner may read: what was cut off is taken away again. Throws with Node's code, EEXIST where something is there. */
export function writeNew(file: string, text: string): void {
  const handle = openSync(file, 'wx', 0o600);
  try {
    writeFileSync(handle, text);
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
}

/** Undefined for what is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads a file that only its owner may read (mode 0600, folder 0700), making it from `make()` when it is not there. Two processes
 * that make it at once agree on one: the file appears whole, by a hard link that only the first can set.
 */
export function readOrCreatePrivate(file: string, make: () => string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, make(), { mode: 0o600, flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(file, 'utf8');
}
