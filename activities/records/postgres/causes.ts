import { messageOf, OffboardError } from '../../../model/errors.ts';
import { RecordsUnavailable } from '../store.ts';

/** SQLSTATEs that say something of the server or the database: what it is, and the mend (PostgreSQL's appendix A). */
const CAUSES: [RegExp, string, string][] = [
  [/^28P01$/, 'refuse the user or the password', 'mend the user in OFFBOARD_RECORDS, or the password in PGPASSWORD or PGPASSFILE'],
  [/^3D000$/, 'are in no such database', 'create the database, or mend OFFBOARD_RECORDS'],
  [/^42501$/, 'may not be used by this user', 'make the user the owner of the database, or of its schema `offboard`'],
  [/^25006$/, 'cannot be written: the server is read-only', 'name the primary server, not a replica'],
  [/^55P03$/, 'are locked by another process', 'end the session that holds a transaction open in the database'],
  [/^53100$/, 'cannot be written: the disk is full', 'free space on the database server'],
  [/^53/, 'are on a server that has no room for more', 'raise its limits, such as max_connections'],
];

const REACH = 'see that the server runs and that this machine reaches it, or mend OFFBOARD_RECORDS';
const ENTRY = 'ask for TLS by sslmode=verify-full, mend the user in OFFBOARD_RECORDS, or let it in by pg_hba.conf at the server';
const TLS = 'name the authority of its certificate by sslrootcert in OFFBOARD_RECORDS, and the server by the name in the certificate';

/** What the driver threw, in words. What no one outside the program can mend comes back as it is. */
export function inWords(where: string, error: unknown): Error {
  if (error instanceof RecordsUnavailable || error instanceof OffboardError) return error;
  const { code = '' } = error as { code?: string };
  const message = messageOf(error);
  const told = (what: string, mend: string) => new RecordsUnavailable(where, what, mend, error);
  const known = CAUSES.find(([pattern]) => pattern.test(code));
  if (known) return told(known[1], known[2]);
  // The server's own words name host, user, database and whether TLS was used.
  if (code.startsWith('28')) return told(`let nobody in so (${message})`, ENTRY);
  if (/password must be a.* string/.test(message)) return told('need a password', 'set PGPASSWORD or PGPASSFILE');
  if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/.test(code))
    return told(`are on a server that is not trusted (${message})`, TLS);
  if (/does not support SSL/.test(message)) return told('are on a server without TLS', 'turn TLS on at the server, or leave sslmode out');
  // A name that stands for several addresses fails with a list, which says nothing itself.
  if (isLost(error)) return told(`cannot be reached (${message === '' ? code : message})`, REACH);
  return error instanceof Error ? error : new Error(message);
}

/** Whether a connection was lost, or not made: what was under way may have been done or not. */
export function isLost(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (/^(08|57P0[1-5]|25P03)/.test(code)) return true;
  if (/^(ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/.test(code)) return true;
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout/.test(
    message,
  );
}
