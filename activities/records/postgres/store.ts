import pg from 'pg';
import { messageOf, OffboardError } from '../../../model/errors.ts';
import type { KeyRing } from '../../../security/keys.ts';
import { follow, NO_HEAD, type Append, type Appended, type Head, type StoredLine } from '../chain.ts';
import { RecordsUnavailable, refuseNewer, type Store, type StoredArtifact } from '../store.ts';
import { MIGRATIONS } from './schema.ts';

/** For so long, in ms, a lost connection is made again before the caller is told. */
const RECONNECT_MS = 5_000;

/** Any number that is ours: two workers that start at once do not migrate at once. */
const MIGRATION_LOCK = 7_203_118;

/**
 * Records in a PostgreSQL database, for workers on several machines. TLS by the URL (`sslmode=verify-full&sslrootcert=FILE`), the password
 * by PGPASSWORD, PGPASSFILE or the URL.
 */
export class PostgresStore implements Store {
  readonly where: string;
  readonly #pool: pg.Pool;
  readonly #ring: KeyRing;
  readonly #create: boolean;
  #ready: Promise<void> | undefined;

  constructor(url: string, ring: KeyRing, { create = false }: { create?: boolean } = {}) {
    this.where = withoutPassword(url);
    this.#ring = ring;
    this.#create = create;
    this.#pool = new pg.Pool({
      connectionString: url,
      max: 8,
      connectionTimeoutMillis: 5_000,
      application_name: 'mepm-offboard',
      keepAlive: true,
    });
    // A connection that breaks while nobody uses it is made again by the next call.
    this.#pool.on('error', () => undefined);
  }

  async identity(): Promise<string> {
    const { rows } = await this.#query<{ identity: string }>('SELECT identity FROM offboard.store');
    return rows[0]?.identity ?? '';
  }

  async append(appends: Append[]): Promise<Appended[]> {
    const byRun = Map.groupBy(appends, (a) => a.run);
    // One transaction; runs in one order, so that two workers never wait for each other.
    const done = new Map<string, Appended>();
    await this.#durably(async (client, again) => {
      for (const run of [...byRun.keys()].toSorted()) {
        for (const [id, appended] of await this.#appendTo(client, run, byRun.get(run) ?? [], again)) done.set(id, appended);
      }
    });
    return appends.map(({ id }) => done.get(id) as Appended);
  }

  /** Writes to one run under its lock. What was written by a try whose answer was lost is found, not written twice. */
  async #appendTo(client: pg.PoolClient, run: string, appends: Append[], again: boolean): Promise<Map<string, Appended>> {
    const done = new Map<string, Appended>();
    let head = await this.#lock(client, run);
    const at = new Date().toISOString();
    for (const { id, records } of appends) {
      const before = again ? await this.#written(client, id) : undefined;
      if (before) {
        done.set(id, { ...before, at });
        continue;
      }
      const { lines, head: next } = follow(this.#ring, run, head, records, at);
      for (const { seq, hash, keyId, body } of lines)
        await client.query('INSERT INTO offboard.lines (run, seq, hash, append, key, body) VALUES ($1, $2, $3, $4, $5, $6)', [
          run,
          seq,
          hash,
          id,
          keyId,
          body,
        ]);
      done.set(id, { before: head, head: next, at });
      head = next;
    }
    await client.query('UPDATE offboard.runs SET seq = $2, hash = $3 WHERE run = $1', [run, head.seq, head.hash]);
    return done;
  }

  async #lock(client: pg.PoolClient, run: string): Promise<Head> {
    const head = async () => (await client.query<Head>('SELECT seq, hash FROM offboard.runs WHERE run = $1 FOR UPDATE', [run])).rows[0];
    const known = await head();
    if (known) return known;
    // The places of runs are given one after the other.
    await client.query('SELECT version FROM offboard.store FOR UPDATE');
    await client.query(
      'INSERT INTO offboard.runs (run, place, seq, hash) SELECT $1, coalesce(max(place), 0) + 1, 0, $2 FROM offboard.runs ON CONFLICT (run) DO NOTHING',
      [run, NO_HEAD.hash],
    );
    return (await head()) ?? NO_HEAD;
  }

  async #written(client: pg.PoolClient, id: string): Promise<Pick<Appended, 'before' | 'head'> | undefined> {
    const { rows } = await client.query<Head & { run: string }>(
      'SELECT run, seq, hash FROM offboard.lines WHERE append = $1 ORDER BY seq',
      [id],
    );
    const [first, last] = [rows[0], rows.at(-1)];
    if (!first || !last) return undefined;
    const previous = await client.query<{ hash: string }>('SELECT hash FROM offboard.lines WHERE run = $1 AND seq = $2', [
      first.run,
      first.seq - 1,
    ]);
    return { before: { seq: first.seq - 1, hash: previous.rows[0]?.hash ?? NO_HEAD.hash }, head: { seq: last.seq, hash: last.hash } };
  }

  async tail(run: string, after: number): Promise<{ head: Head; lines: StoredLine[] }> {
    return await this.#durably(async (client) => {
      await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      const head = (await client.query<Head>('SELECT seq, hash FROM offboard.runs WHERE run = $1', [run])).rows[0] ?? NO_HEAD;
      const lines = await client.query<StoredLine>(
        'SELECT seq, hash, key AS "keyId", body FROM offboard.lines WHERE run = $1 AND seq > $2 ORDER BY seq',
        [run, after],
      );
      return { head, lines: lines.rows };
    });
  }

  async hashAt(run: string, seq: number): Promise<string | undefined> {
    const { rows } = await this.#query<{ hash: string }>('SELECT hash FROM offboard.lines WHERE run = $1 AND seq = $2', [run, seq]);
    return rows[0]?.hash;
  }

  async runs(): Promise<string[]> {
    const { rows } = await this.#query<{ run: string }>('SELECT run FROM offboard.runs ORDER BY place DESC');
    return rows.map((r) => r.run);
  }

  async uses(run: string, address: string): Promise<boolean> {
    const { rowCount } = await this.#query('SELECT 1 FROM offboard.artifacts WHERE address = $1', [address]);
    if (rowCount === 0) return false;
    await this.#query('INSERT INTO offboard.uses (run, address) VALUES ($1, $2) ON CONFLICT DO NOTHING', [run, address]);
    return true;
  }

  async putArtifact(run: string, address: string, { keyId, body }: StoredArtifact): Promise<void> {
    await this.#durably(async (client) => {
      await client.query('INSERT INTO offboard.artifacts (address, key, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
        address,
        keyId,
        body,
      ]);
      await client.query('INSERT INTO offboard.uses (run, address) VALUES ($1, $2) ON CONFLICT DO NOTHING', [run, address]);
    });
  }

  async artifact(address: string): Promise<StoredArtifact | undefined> {
    const { rows } = await this.#query<StoredArtifact>('SELECT key AS "keyId", body FROM offboard.artifacts WHERE address = $1', [address]);
    return rows[0];
  }

  async probe(): Promise<void> {
    await this.#query('INSERT INTO offboard.probe (body) VALUES ($1)', [Buffer.alloc(65_536)]);
    await this.#query('DELETE FROM offboard.probe');
  }

  async remove(run: string): Promise<void> {
    await this.#durably(async (client) => {
      await client.query('DELETE FROM offboard.lines WHERE run = $1', [run]);
      await client.query('DELETE FROM offboard.runs WHERE run = $1', [run]);
      await client.query(
        'DELETE FROM offboard.artifacts WHERE address IN (SELECT address FROM offboard.uses WHERE run = $1) AND address NOT IN (SELECT address FROM offboard.uses WHERE run <> $1)',
        [run],
      );
      await client.query('DELETE FROM offboard.uses WHERE run = $1', [run]);
    });
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** Does work with raw connections, for copies of the whole. Throws as all others. */
  async withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return await this.#durably(work);
  }

  #query<R extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<pg.QueryResult<R>> {
    return this.#durably((client) => client.query<R>(sql, values));
  }

  /** One transaction, durable when it resolves; tried again while the connection is lost. `again`: an earlier try may have been committed. */
  async #durably<T>(work: (client: pg.PoolClient, again: boolean) => Promise<T>): Promise<T> {
    const until = Date.now() + RECONNECT_MS;
    for (let again = false; ; again = true) {
      try {
        await (this.#ready ??= this.#migrate());
        return await this.#transaction((client) => work(client, again));
      } catch (error) {
        this.#ready = this.#ready && !isLost(error) ? this.#ready : undefined;
        if (!isLost(error) || Date.now() > until) throw this.#inWords(error);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async #transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    const breaks = (error: Error) => void (broken = error);
    client.on('error', breaks);
    try {
      await client.query('BEGIN');
      await client.query('SET LOCAL synchronous_commit = on');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      if (isLost(error)) broken = error as Error;
      else await client.query('ROLLBACK').catch(breaks);
      throw error;
    } finally {
      client.off('error', breaks);
      client.release(broken);
    }
  }

  async #migrate(): Promise<void> {
    const client = await this.#pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
      let version = await versionIn(client);
      refuseNewer(this.where, version ?? 0, MIGRATIONS.length);
      if (version === undefined && !this.#create)
        throw new RecordsUnavailable(
          this.where,
          'are not there',
          'name the database that the worker uses in OFFBOARD_RECORDS, or put its backup back',
        );
      if (version === undefined) await client.query('CREATE SCHEMA IF NOT EXISTS offboard');
      for (version ??= 0; version < MIGRATIONS.length; version++) {
        await client.query(MIGRATIONS[version] ?? '');
        await client.query('UPDATE offboard.store SET version = $1', [version + 1]);
      }
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }

  #inWords(error: unknown): Error {
    if (error instanceof RecordsUnavailable || error instanceof OffboardError) return error;
    const code = (error as { code?: string }).code ?? '';
    const known = CAUSES.find(([pattern]) => pattern.test(code));
    if (known) return new RecordsUnavailable(this.where, known[1], known[2], error);
    if (isLost(error))
      return new RecordsUnavailable(
        this.where,
        `cannot be reached (${messageOf(error)})`,
        'see that the database runs and can be reached',
        error,
      );
    return error instanceof Error ? error : new Error(messageOf(error));
  }
}

/** Undefined where nothing was made yet. */
async function versionIn(client: pg.PoolClient): Promise<number | undefined> {
  const { rows } = await client.query<{ there: boolean }>("SELECT to_regclass('offboard.store') IS NOT NULL AS there");
  if (!rows[0]?.there) return undefined;
  return (await client.query<{ version: number }>('SELECT version FROM offboard.store')).rows[0]?.version;
}

/** SQLSTATEs that say something of the server or the database: what it is, and the mend (PostgreSQL's appendix A). */
const CAUSES: [RegExp, string, string][] = [
  [/^28/, 'refuse the user or its password', 'mend OFFBOARD_RECORDS, or PGPASSWORD or PGPASSFILE'],
  [/^3D000$/, 'are in no such database', 'create the database, or mend OFFBOARD_RECORDS'],
  [/^42501$/, 'may not be used by this user', 'give the user the right to create a schema in the database'],
  [/^25006$/, 'cannot be written: the server is read-only', 'name the primary server, not a replica'],
  [/^53100$/, 'cannot be written: the disk is full', 'free space on the database server'],
  [/^53/, 'are on a server that has no room for more', 'raise its limits, such as max_connections'],
];

/** Whether a connection was lost, or not made: what was under way may have been done or not. */
function isLost(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (/^(08|57P0[1-3])/.test(code)) return true;
  if (/^(ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/.test(code)) return true;
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(message);
}

function withoutPassword(url: string): string {
  try {
    const parsed = new URL(url);
    return `postgres://${parsed.username ? `${parsed.username}@` : ''}${parsed.host}${parsed.pathname}`;
  } catch {
    throw new OffboardError('InvalidValue', 'OFFBOARD_RECORDS: is no address; write postgres://USER@HOST/DATABASE');
  }
}
