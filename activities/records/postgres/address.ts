import { readFileSync } from 'node:fs';
import type { PoolConfig } from 'pg';
import { OffboardError } from '../../../model/errors.ts';
import type { Login } from './password.ts';

/** A database as OFFBOARD_RECORDS names it. */
export interface Address {
  /** For people: without password and parameters. */
  where: string;
  login: Login;
  /** Where the address has one. */
  password?: string;
  ssl: PoolConfig['ssl'];
}

const FORM = 'write postgres://USER@HOST/DATABASE';
const ENCODED = 'in a password @ : / ? # % are written as %40 %3A %2F %3F %23 %25; better, set PGPASSWORD or PGPASSFILE';
const PARAMETERS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey'];

/**
 * Reads `postgres://USER@HOST/DATABASE?sslmode=verify-full&sslrootcert=FILE`.
 * Throws InvalidValue; what is refused is never repeated, since it may be the password.
 */
export function addressOf(text: string): Address {
  const url = parsed(text);
  const [host, user, database] = [decoded(url.hostname.replace(/^\[|\]$/g, '')), decoded(url.username), decoded(url.pathname.slice(1))];
  const ssl = tlsOf(url.searchParams);
  if (url.hash !== '' || url.pathname.includes('@')) throw refused(`has a character that is not written as such; ${ENCODED}`);
  if (host === '') throw refused(`names no host; ${FORM}`);
  if (host.includes(',')) throw refused('names several hosts; name one, the primary server');
  if (user === '') throw refused(`names no user; ${FORM}`);
  if (database === '' || database.includes('/')) throw refused(`names no database; ${FORM}`);
  return {
    where: `postgres://${url.username}@${url.host}${url.pathname}`,
    login: { host, port: url.port === '' ? 5432 : Number(url.port), user, database },
    ssl,
    ...(url.password === '' ? {} : { password: decoded(url.password) }),
  };
}

/** TLS without a check of the server would keep nobody out, so there is none between `disable` and `verify-full`. */
function tlsOf(parameters: URLSearchParams): PoolConfig['ssl'] {
  if ([...parameters.keys()].some((name) => !PARAMETERS.includes(name)))
    throw refused(`has a parameter other than ${PARAMETERS.join(', ')}; take it out; ${ENCODED}`);
  const mode = parameters.get('sslmode') ?? (parameters.size > 0 ? 'verify-full' : 'disable');
  if (mode !== 'disable' && mode !== 'verify-full') throw refused('sslmode is neither verify-full nor disable; write sslmode=verify-full');
  if (mode === 'disable') return false;
  const file = (name: string, option: string) => {
    const path = parameters.get(name);
    return path === null ? {} : { [option]: contentOf(name, path) };
  };
  return { rejectUnauthorized: true, ...file('sslrootcert', 'ca'), ...file('sslcert', 'cert'), ...file('sslkey', 'key') };
}

function contentOf(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw refused(`${name} names ${path}, which cannot be read; name a file in PEM that this user may read`, cause);
  }
}

function parsed(text: string): URL {
  try {
    return new URL(text);
  } catch {
    // The cause would repeat the text.
    throw refused(`is no address; ${FORM}; ${ENCODED}`);
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw refused(`has a % that begins no character; ${ENCODED}`);
  }
}

const refused = (what: string, cause?: unknown) => new OffboardError('InvalidValue', `OFFBOARD_RECORDS: ${what}`, { cause });
