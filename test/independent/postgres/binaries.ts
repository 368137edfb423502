import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../../model/errors.ts';
import { withLock } from '../../../temporal/lock.ts';
import { CACHE } from '../python-environment.ts';

const run = promisify(execFile);

/** Where Debian keeps its versions, each with programs that are not on PATH. */
const DEBIAN = '/usr/lib/postgresql';

/** Folder of PostgreSQL's server programs, the newest there are. Installs Debian's package where there are none; throws where that fails. */
export async function postgresPrograms(progress: (line: string) => void): Promise<string> {
  const there = installed();
  if (there !== undefined) return there;
  return await withLock(`${CACHE}-postgresql.lock`, progress, async () => {
    if (installed() === undefined) await install(progress);
    const now = installed();
    if (now === undefined)
      throw new Error(`the package postgresql is installed, and ${DEBIAN} has no server programs: install PostgreSQL 13 or newer`);
    return now;
  });
}

function installed(): string | undefined {
  const debian = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [...debian.map((version) => join(DEBIAN, version, 'bin')), ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders.find((folder) => ['initdb', 'postgres', 'pg_basebackup'].every((name) => existsSync(join(folder, name))));
}

async function install(progress: (line: string) => void): Promise<void> {
  progress('installing PostgreSQL from the Debian package (apt-get install postgresql)');
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const apt = async (...args: string[]) => {
    const [command = '', ...rest] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', ...args];
    await run(command, rest, { maxBuffer: 1e8 });
  };
  try {
    await apt('update');
    await apt('install', '-y', 'postgresql');
  } catch (cause) {
    throw new Error(
      `this suite needs PostgreSQL's server programs, and the package could not be installed: run \`apt-get install postgresql\` as root, or put them on PATH (${messageOf(cause).trim()})`,
      { cause },
    );
  }
}
