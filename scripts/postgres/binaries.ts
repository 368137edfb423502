import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installPackage } from '../debian.ts';

/** Where Debian keeps its versions, each with programs that are not on PATH. */
const DEBIAN = '/usr/lib/postgresql';

/** Folder of PostgreSQL's server programs, the newest there are. Installs Debian's package where there are none; throws where that fails. */
export async function postgresPrograms(progress: (line: string) => void): Promise<string> {
  const there = installed();
  if (there !== undefined) return there;
  await installPackage('postgresql', "PostgreSQL's server programs", () => installed() !== undefined, progress);
  const now = installed();
  if (now === undefined)
    throw new Error(`the package postgresql is installed, and ${DEBIAN} has no server programs: install PostgreSQL 13 or newer`);
  return now;
}

function installed(): string | undefined {
  const debian = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [...debian.map((version) => join(DEBIAN, version, 'bin')), ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders.find((folder) => ['initdb', 'postgres', 'pg_basebackup'].every((name) => existsSync(join(folder, name))));
}
