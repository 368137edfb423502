import { readFileSync, statSync } from 'node:fs';
import { OffboardError } from '../../../model/errors.ts';

/** What a password is looked for by. */
export interface Login {
  host: string;
  port: number;
  database: string;
  user: string;
}

/**
 * The password for a login: PGPASSWORD, else the first line that fits of the file that PGPASSFILE names (`host:port:database:user:password`, `*` for any,
 * as libpq reads it). Undefined where neither is set. Throws InvalidValue where the file cannot be read, is open to others, or has no such line.
 */
export function passwordOf(env: NodeJS.ProcessEnv, login: Login): string | undefined {
  const { PGPASSWORD: password, PGPASSFILE: file } = env;
  if (password !== undefined && password !== '') return password;
  if (file === undefined || file === '') return undefined;
  const wanted = [login.host, String(login.port), login.database, login.user];
  for (const line of linesOf(file)) {
    const fields = fieldsOf(line);
    if (wanted.every((value, i) => fields[i] === '*' || fields[i] === value)) return fields[4];
  }
  throw refused(`${file} has no line for ${wanted.join(':')}; add one with the password behind it`);
}

function linesOf(file: string): string[] {
  let text: string;
  let mode: number;
  try {
    text = readFileSync(file, 'utf8');
    ({ mode } = statSync(file));
  } catch (cause) {
    throw refused(`${file} cannot be read; name a file that this user may read`, cause);
  }
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw refused(`${file} may be read by others; chmod 600 it`);
  return text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'));
}

/** A colon or a backslash in a field stands behind a backslash. */
function fieldsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|:)((?:\\.|[^:\\])*)/g)].map(([, field = '']) => field.replaceAll(/\\(.)/g, '$1'));
}

const refused = (what: string, cause?: unknown) => new OffboardError('InvalidValue', `PGPASSFILE: ${what}`, { cause });
