import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { refuseNewer, RecordsUnavailable } from '../store.ts';
import { addressOf } from './address.ts';
import { inWords, isLost } from './causes.ts';
import { Client } from './client.ts';
import { passwordOf } from './password.ts';
import { MIGRATIONS } from './schema.ts';

/** For so long, in ms, a lost connection is made again before the caller is told. */
const RECONNECT_MS = 5_000;

/** Any number that is ours: two workers that start at once do not migrate at once. */
const MIGRATION_LOCK = 7_203_118;

/**
 * What each session holds to, whatever the server's, the database's or the user's settings say: an answer means that it is on disk; a machine that
 * vanished in a transaction holds its locks for 10 s, and others wait longer than that.
 */
const SESSION = {
  synchronous_commit: 'on',
  default_transaction_isolation: 'read\\ committed',
  idle_in_transaction_session_timeout: '10s',
  lock_timeout: '20s',
};

/** Connections to one PostgreSQL database, with its schema as this program knows it. Throws RecordsUnavailable, RecordsNewer. */
export class Connections {
  readonly where: string;
  readonly #pool: pg.Pool;
  readonly #create: boolean;
  #ready: Promise<void> | undefined;

  /** `create`: makes the schema where it is not there, and refuses a server that cannot be written. `env`: where a password may stand. */
  constructor(url: string, env: NodeJS.ProcessEnv, create: boolean) {
    const { where, login, password, ssl } = addressOf(url);
    this.where = where;
    this.#create = create;
    this.#pool = new pg.Pool({
      Client,
      ...login,
      // Asked at each connection: a password may be changed while a run goes on.
      password: () => password ?? passwordOf(env, login) ?? '',
      ssl,
      max: 8,
      connectionTimeoutMillis: 5_000,
      query_timeout: 60_000,
      application_name: 'mepm-offboard',
      keepAlive: true,
      options: Object.entries(SESSION)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
    });
    // A connection that breaks while nobody uses it is made again by the next call.
    this.#pool.on('error', () => undefined);
  }

  /** One statement, a transaction of its own, that may be made twice. */
  query<R extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<pg.QueryResult<R>> {
    return this.#tryAgain(() => this.#client((client) => client.query<R>(sql, values)));
  }

  /** One transaction, durable when it resolves. `again`: an earlier try may have been committed, its answer lost. */
  transaction<T>(work: (client: pg.ClientBase, again: boolean) => Promise<T>): Promise<T> {
    return this.#tryAgain((again) => this.#client((client) => inTransaction(client, () => work(client, again))));
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** Tries again while the connection is lost. */
  async #tryAgain<T>(work: (again: boolean) => Promise<T>): Promise<T> {
    const until = Date.now() + RECONNECT_MS;
    for (let again = false; ; again = true) {
      try {
        await (this.#ready ??= this.#migrate());
        return await work(again);
      } catch (error) {
        // Another server may answer at the same address next time.
        if (isLost(error)) this.#ready = undefined;
        if (!isLost(error) || Date.now() > until) throw inWords(this.where, error);
        await sleep(100);
      }
    }
  }

  async #client<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    const breaks = (error: Error) => void (broken = error);
    client.on('error', breaks);
    try {
      return await work(client);
    } catch (error) {
      if (isLost(error)) broken = error as Error;
      throw error;
    } finally {
      client.off('error', breaks);
      client.release(broken);
    }
  }

  async #migrate(): Promise<void> {
    try {
      await this.#client(async (client) => {
        const { version, readOnly } = await stateOf(client);
        this.#refuse(version, readOnly);
        if (version === MIGRATIONS.length) return;
        await inTransaction(client, async () => {
          await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
          // Another process may have done it while this one waited.
          await migrate(client, await stateOf(client));
        });
      });
    } catch (error) {
      this.#ready = undefined;
      throw error;
    }
  }

  #refuse(version: number | undefined, readOnly: boolean): void {
    refuseNewer(this.where, version ?? 0, MIGRATIONS.length);
    if (version === undefined && !this.#create)
      throw new RecordsUnavailable(
        this.where,
        'are not there',
        'name the database that the worker uses in OFFBOARD_RECORDS, or put its backup back',
      );
    if (readOnly && this.#create) throw Object.assign(new Error('read-only'), { code: '25006' });
  }
}

async function inTransaction<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    if (!isLost(error)) await client.query('ROLLBACK');
    throw error;
  }
}

interface State {
  /** Undefined where nothing was made yet. */
  version: number | undefined;
  schema: boolean;
  readOnly: boolean;
}

async function stateOf(client: pg.ClientBase): Promise<State> {
  // Not by to_regclass, which may answer from what this session knew before another made it.
  const { rows } = await client.query<{ schema: boolean; store: boolean; read_only: string }>(
    `SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'offboard') AS schema,
       EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'offboard' AND c.relname = 'store') AS store,
       current_setting('transaction_read_only') AS read_only`,
  );
  const { schema = false, store = false, read_only: readOnly } = rows[0] ?? {};
  const version = store ? (await client.query<{ version: number }>('SELECT version FROM offboard.store')).rows[0]?.version : undefined;
  return { version, schema, readOnly: readOnly === 'on' };
}

async function migrate(client: pg.ClientBase, { version, schema }: State): Promise<void> {
  // An administrator may have made the schema for a user who has no right to.
  if (!schema) await client.query('CREATE SCHEMA offboard');
  for (let next = version ?? 0; next < MIGRATIONS.length; next++) {
    await client.query(MIGRATIONS[next] ?? '');
    await client.query('UPDATE offboard.store SET version = $1', [next + 1]);
  }
}
